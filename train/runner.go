package train

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"time"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
)

// A runner is a loop that runs.
type runner struct {
	*Loop
	progress
	steps int          // in all
	plans *exec.Shaped // one for whole batches, and one for the last of an epoch where that has fewer examples
	names []string     // of the outputs: "loss", then the metrics
	eval  *measuring
	rng   *graph.State
	hash  string                     // of the step's graph, and of Rounding
	parts map[string]json.RawMessage // of every checkpoint
	lost  error                      // of a log whose lines may not all be on disk
	saved int                        // step of the last checkpoint, −1 if there was none
	start time.Time
}

// progress is what a runner knows beside variables; a checkpoint holds it.
type progress struct {
	Step       int
	At         data.Position // of the next batch
	Sums       numbers       // of the outputs since the last line
	Count      int           // steps since then
	Best       float64
	BestAt     int
	Bad        int                // validations in a row since the best
	Last       map[string]float64 // of the last validation
	Recoveries int
	Stopped    string
}

// numbers are kept as texts, for JSON has neither NaN nor infinities.
type numbers []float64

// MarshalJSON writes the shortest decimals that are read as the same bits.
func (n numbers) MarshalJSON() ([]byte, error) {
	texts := make([]string, len(n))
	for i, v := range n {
		texts[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return json.Marshal(texts)
}

// UnmarshalJSON reads them.
func (n *numbers) UnmarshalJSON(b []byte) error {
	var texts []string
	if err := json.Unmarshal(b, &texts); err != nil {
		return err
	}
	*n = make(numbers, len(texts))
	for i, t := range texts {
		var err error
		if (*n)[i], err = strconv.ParseFloat(t, 64); err != nil {
			return err
		}
	}
	return nil
}

const part = "train"

// begin compiles, and restores if there is something to restore.
func (l *Loop) begin(from *checkpoint.Checkpoint) (*runner, error) {
	if err := l.check(); err != nil {
		return nil, err
	}
	steps, err := l.length()
	if err != nil {
		return nil, err
	}
	r := &runner{Loop: l, steps: steps, rng: graph.NewRNG(l.Seed), saved: -1, start: time.Now()}
	r.BestAt = -1
	if err := r.compile(); err != nil {
		return nil, err
	}
	r.Sums = make(numbers, len(r.names))
	if v := l.Validation; v != nil {
		var err error
		if r.eval, err = newMeasuring(v.Data, v.Batch, l.Workers, l.EMA, l.Loss, v.Metrics); err != nil {
			return nil, err
		}
	}
	if c := l.Checkpoints; c != nil {
		r.parts = map[string]json.RawMessage{}
		for name, v := range c.Parts {
			b, err := json.Marshal(v)
			if err != nil || name == part {
				return nil, fmt.Errorf("train: part %q of the checkpoints cannot be kept: %w", name, err)
			}
			r.parts[name] = b
		}
	}
	if v := l.Validation; v != nil && l.Checkpoints != nil {
		l.Checkpoints.Store.KeepBest("validation_"+v.metric(), v.Larger)
	}
	if from != nil {
		return r, r.resume(from)
	}
	if l.Checkpoints != nil {
		steps, err := l.Checkpoints.Store.Steps()
		if err != nil {
			return nil, err
		}
		if len(steps) > 0 {
			return nil, fmt.Errorf("train: there is a checkpoint of step %d already: resume it, or choose another folder", steps[len(steps)-1])
		}
	}
	for _, j := range l.journals() {
		if err := j.Cut(0); err != nil {
			return nil, err
		}
	}
	if l.Checkpoints != nil {
		return r, r.keep(true) // something to go back to, and to resume from whatever happens
	}
	return r, nil
}

// length is how many steps there are in all.
func (l *Loop) length() (int, error) {
	if l.Epochs == 0 {
		return l.Steps, nil
	}
	if d, ok := l.Data.(interface{ Len() int }); ok && d.Len() > 0 {
		return l.Epochs * d.Len(), nil
	}
	return 0, fmt.Errorf("train: %d epochs of a %T, which does not know how long one is: want Steps", l.Epochs, l.Data)
}

// check looks at what would otherwise fail far from its cause.
func (l *Loop) check() error {
	switch {
	case l.Model == nil || l.Loss == nil || l.Optimizer == nil || l.Data == nil:
		return errors.New("train: want a model, a loss, an optimizer and data")
	case min(l.Steps, l.Epochs) != 0 || max(l.Steps, l.Epochs) < 1 || l.LogEvery < 0 || l.Workers < 0:
		return fmt.Errorf("train: %d steps, %d epochs, a line every %d, %d workers: want steps or epochs, and no negative number",
			l.Steps, l.Epochs, l.LogEvery, l.Workers)
	case l.Checkpoints != nil && (l.Checkpoints.Store == nil || l.Checkpoints.Every < 0):
		return errors.New("train: checkpoints want a Store, and Every of at least 0")
	case l.Recovery != nil && (l.Checkpoints == nil || l.Recovery.Patience < 0 || l.Recovery.Most < 1 || !(l.Recovery.Above >= 0)):
		return errors.New("train: a recovery wants Checkpoints to go back to, a Patience and a bound Above of at least 0 and Most of at least 1")
	case l.Recovery != nil && l.Recovery.Rate != nil && !(l.Recovery.Factor > 0 && l.Recovery.Factor <= 1):
		return fmt.Errorf("train: a recovery multiplies the rate by %v, want more than 0 and at most 1", l.Recovery.Factor)
	case l.Stop != nil && (l.Validation == nil || l.Stop.Patience < 0):
		return errors.New("train: early stopping wants a Validation, and a Patience of at least 0")
	case l.Recovery != nil && l.Recovery.Patience > 0 && l.Validation == nil:
		return errors.New("train: a recovery with patience wants a Validation")
	}
	if v := l.Validation; v != nil && (v.Data == nil || v.Data.Len() == 0 || v.Batch < 1 || v.Every < 0) {
		return errors.New("train: a validation wants examples, and a Batch of at least 1")
	}
	return l.checkJournals()
}

// compile builds the step, of whole batches first.
func (r *runner) compile() error {
	for name, v := range nn.Vars(r.Model) { // as the graph prints them, whoever has named them before
		v.SetName(name)
	}
	r.plans = exec.PerShape(2, r.trace)
	_, err := r.plans.Plan(r.Data.Types()...)
	return err
}

func (r *runner) trace(types []graph.Type) (*exec.Plan, error) {
	g := graph.New(graph.Training)
	g.SetRNG(r.rng)
	in := placeholders(g, types)
	o := r.Loss(in)
	names, outs, err := o.list()
	if err != nil {
		return nil, err
	}
	r.Optimizer.Minimize(o.Loss)
	if r.EMA != nil {
		r.EMA.Update(g)
	}
	if r.hash == "" {
		text := g.String()
		if r.Rounding != graph.Close {
			text += fmt.Sprintln("rounding", r.Rounding)
		}
		h := sha256.Sum256([]byte(text))
		r.hash, r.names = hex.EncodeToString(h[:]), names
	}
	return exec.Compile(g, exec.In(in...), exec.Out(outs...), exec.Workers(r.Workers), exec.Rounding(r.Rounding))
}

// list returns the outputs with their names, the loss first.
func (o Outputs) list() (names []string, nodes []*graph.Node, err error) {
	seen := map[string]bool{}
	for _, m := range append([]Metric{{"loss", o.Loss}}, o.Metrics...) {
		if m.Value == nil || m.Name == "" || seen[m.Name] {
			return nil, nil, fmt.Errorf("train: the outputs want a node for %q, and every name once", m.Name)
		}
		if t := m.Value.Type(); m.Value.Valid() && (t.Shape.Rank() != 0 || t.Dtype != graph.Float32 && t.Dtype != graph.Float64) {
			return nil, nil, fmt.Errorf("train: %s is %v, want a scalar of float32 or float64", m.Name, t)
		}
		seen[m.Name] = true
		names, nodes = append(names, m.Name), append(nodes, m.Value)
	}
	return names, nodes, nil
}

// add takes the outputs of a step into the sums, and returns the loss.
func (r *runner) add(out []graph.Buffer) float64 {
	for i, b := range out {
		r.Sums[i] += scalar(b)
	}
	r.Count++
	return scalar(out[0])
}

func scalar(b graph.Buffer) float64 {
	if b.Type.Dtype == graph.Float64 {
		return graph.Data[float64](b)[0]
	}
	return float64(graph.Data[float32](b)[0])
}

// states yields everything but the model that a checkpoint holds, the random key included.
func (l *Loop) states(rng *graph.State) iter.Seq2[string, graph.Var] {
	all := []Stateful{l.Optimizer}
	if l.EMA != nil {
		all = append(all, l.EMA)
	}
	if l.Validation != nil && l.Validation.Plateau != nil {
		all = append(all, l.Validation.Plateau)
	}
	if l.Recovery != nil && l.Recovery.Rate != nil {
		all = append(all, l.Recovery.Rate)
	}
	all = append(all, l.Extra...)
	return func(yield func(string, graph.Var) bool) {
		if !yield("rng", rng) {
			return
		}
		seen := map[*graph.State]bool{}
		for _, s := range all {
			for name, v := range s.States() {
				if !seen[v] && !yield(name, v) {
					return
				}
				seen[v] = true
			}
		}
	}
}

func (r *runner) result() Outcome {
	return Outcome{Step: r.Step, Stopped: r.Stopped, Best: r.Best, BestAt: r.BestAt, Last: r.Last}
}

// RestoreBest gives the model, and whatever else has state, what the checkpoint of the best validation holds, and returns its step: after
// an early stop, say.
func (l *Loop) RestoreBest() (step int, err error) {
	if l.Checkpoints == nil || l.Checkpoints.Store == nil {
		return 0, errors.New("train: no best checkpoint: want Checkpoints with a Store")
	}
	step, ok, err := l.Checkpoints.Store.Best()
	if err == nil && !ok {
		err = errors.New("train: no checkpoint has a validation")
	}
	if err != nil {
		return 0, err
	}
	c, err := l.Checkpoints.Store.At(step)
	if err != nil {
		return 0, err
	}
	return step, c.Restore(nn.Vars(l.Model), l.states(graph.NewRNG(l.Seed)))
}
