package train

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/nn"
)

// keep writes a checkpoint if one is due, beside the run, or now and waits for it.
func (r *runner) keep(now bool) error {
	c := r.Checkpoints
	if c == nil || !now && (r.Step == r.saved || c.Every == 0 || r.Step%c.Every != 0) {
		return nil
	}
	if now { // what is being written may be of this step
		err := c.Store.Wait()
		if r.Step == r.saved && err == nil {
			return nil
		}
		if err := r.tolerate(err); err != nil {
			return err
		}
	}
	s, err := r.snapshot()
	if err != nil {
		return err
	}
	r.saved = r.Step
	if !now {
		return r.tolerate(c.Store.Begin(s))
	}
	if err := c.Store.Save(s); err != nil {
		r.saved = -1
		return err
	}
	return nil
}

// tolerate tells of a write that failed, and lets the run go on if it may and somebody hears of it.
func (r *runner) tolerate(err error) error {
	if err == nil || r.Checkpoints.Strict || r.OnEvent == nil {
		return err
	}
	return r.OnEvent(Event{r.Step, err.Error()}) // not in the log, whose bytes do not depend on disks
}

func (r *runner) snapshot() (*checkpoint.Snapshot, error) {
	s := checkpoint.Take(r.Step, nn.Vars(r.Model), r.states(r.rng))
	s.Graph = r.hash
	s.Metrics = map[string]float64{}
	for name, v := range r.Last {
		s.Metrics["validation_"+name] = v
	}
	r.At = r.Data.Position()
	if err := s.Put(part, r.progress); err != nil {
		return nil, err
	}
	for name, b := range r.parts {
		s.Parts[name] = b
	}
	for _, j := range r.journals() {
		s.Logs = append(s.Logs, checkpoint.Log{Name: j.Name(), Offset: j.Offset()})
	}
	// The lines that it counts on are on disk before it is. What a failed sync did not bring there no later one does, though that may say so:
	// none is believed any more.
	s.Before = func() error {
		for _, j := range r.journals() {
			if r.lost == nil {
				r.lost = j.Sync()
			}
		}
		return r.lost
	}
	return s, nil
}

// resume puts everything back to where a checkpoint was taken.
func (r *runner) resume(c *checkpoint.Checkpoint) error {
	if r.Checkpoints == nil || !r.Checkpoints.Inexact {
		if d := c.Build.Differs(checkpoint.ThisBuild()); d != "" {
			return fmt.Errorf("checkpoint %s: the bits may differ: %s; resume inexactly to go on", c.Path, d)
		}
		if c.Graph != r.hash {
			return fmt.Errorf("checkpoint %s: the step's graph, or its rounding, is not what it was; resume inexactly to go on", c.Path)
		}
	}
	if err := c.Restore(nn.Vars(r.Model), r.states(r.rng)); err != nil {
		return err
	}
	if err := c.Get(part, &r.progress); err != nil {
		return err
	}
	if r.Step != c.Step || len(r.Sums) != len(r.names) {
		return fmt.Errorf("checkpoint %s: it is not of such a loop: step %d, %d outputs, want step %d and %d", c.Path, r.Step, len(r.Sums), c.Step, len(r.names))
	}
	if err := r.Data.Seek(r.At); err != nil {
		return fmt.Errorf("checkpoint %s: %w", c.Path, err)
	}
	r.saved = r.Step
	return r.cutBack(c)
}

// recover goes back to the best checkpoint, if the fault is one that it can go back from. The batches go on where they are.
func (r *runner) recover(why error) error {
	rec := r.Recovery
	if !r.recoverable(why) {
		return why
	}
	if r.Recoveries == rec.Most {
		return fmt.Errorf("%w; %d recoveries did not help", why, r.Recoveries)
	}
	c, err := r.best()
	if err != nil {
		return errors.Join(why, err)
	}
	factor := 1.0
	if rec.Rate != nil {
		factor = rec.Rate.Factor() * rec.Factor
	}
	if err := c.Restore(nn.Vars(r.Model), r.states(r.rng)); err != nil {
		return errors.Join(why, err)
	}
	what := fmt.Sprintf("%v; went back to step %d", why, c.Step)
	if rec.Rate != nil {
		rec.Rate.SetFactor(factor)
		what += fmt.Sprintf(", from now on at %.4g times the schedule's rate", factor)
	}
	r.Recoveries++
	r.Bad = 0
	r.Count = 0
	clear(r.Sums)
	return r.event(r.Step, what)
}

func (r *runner) recoverable(why error) bool {
	return r.Recovery != nil && (errors.Is(why, exec.ErrNaN) || errors.Is(why, errWorse) || errors.Is(why, errDiverged))
}

// Why a recovery goes back from steps that were no faults.
var (
	errWorse    = errors.New("the validation has become worse")
	errDiverged = errors.New("the run diverges")
)

// diverged looks at the loss of a step.
func (r *runner) diverged(loss float64) error {
	if r.Recovery == nil || r.Recovery.Above == 0 || loss <= r.Recovery.Above {
		return nil
	}
	return fmt.Errorf("a loss of %.6g, above %.6g: %w", loss, r.Recovery.Above, errDiverged)
}

// best reads the checkpoint of the best validation. Where nothing was validated yet it is the one that the run began with, and without a
// Validation the newest that was due: not one which an interrupt wrote, for the run must go on as it would have without that.
func (r *runner) best() (*checkpoint.Checkpoint, error) {
	store := r.Checkpoints.Store
	if err := r.tolerate(store.Wait()); err != nil {
		return nil, err
	}
	if r.BestAt >= 0 {
		return store.At(r.BestAt)
	}
	steps, err := store.Steps()
	if err != nil {
		return nil, err
	}
	if len(steps) == 0 {
		return nil, errors.New("there is no checkpoint to go back to")
	}
	at := steps[0]
	for _, step := range steps {
		if r.Validation == nil && r.Checkpoints.Every > 0 && step%r.Checkpoints.Every == 0 {
			at = step
		}
	}
	return store.At(at)
}

// judge looks at a validation.
func (r *runner) judge(v map[string]float64) error {
	val := r.Validation
	x, ok := v[val.metric()]
	if !ok {
		return fmt.Errorf("train: no metric %q to judge by, the loss function gives %q", val.metric(), slices.Sorted(maps.Keys(v)))
	}
	r.Last = maps.Clone(v)
	maps.DeleteFunc(r.Last, func(_ string, v float64) bool { return math.IsNaN(v) || math.IsInf(v, 0) })
	_, finite := r.Last[val.metric()]
	better := finite && (r.BestAt < 0 || val.Larger && x > r.Best || !val.Larger && x < r.Best)
	if val.Plateau != nil {
		val.Plateau.Observe(x)
	}
	if better {
		r.Best, r.BestAt, r.Bad = x, r.Step, 0
		if r.Recovery != nil || r.Stop != nil { // there must be something to go back to
			return r.tolerate(r.keep(true))
		}
		return nil
	}
	r.Bad++
	if r.Recovery != nil && r.Recovery.Patience > 0 && r.Bad > r.Recovery.Patience {
		return r.recover(fmt.Errorf("step %d: %s %.6g, %d times in a row behind %.6g of step %d: %w", r.Step, val.metric(), x, r.Bad, r.Best, r.BestAt, errWorse))
	}
	if r.Stop != nil && r.Bad > r.Stop.Patience {
		r.Stopped = fmt.Sprintf("%s has not become better than %.6g, of step %d", val.metric(), r.Best, r.BestAt)
		return r.event(r.Step, "stopped: "+r.Stopped)
	}
	return nil
}

func (v *Validation) metric() string {
	if v.Metric == "" {
		return "loss"
	}
	return v.Metric
}
