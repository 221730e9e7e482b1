package train

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/train/metrics"
)

// A Loop trains a model: it takes batches, steps, measures on other examples, keeps checkpoints, and goes back to one where the model
// gets worse. Everything but the first four fields may be left out. The fields stay as they are while it runs.
//
// With the same fields, the same bits come out, for any number of workers, and whether or not the run was stopped at any instant and
// taken up by Resume.
type Loop struct {
	Model     any // parameters and states are found as nn.Vars finds them
	Loss      func(batch []*graph.Node) Outputs
	Optimizer optim.Optimizer
	Data      data.Source    // batches of two sizes, where it keeps an epoch's last one: a step is the mean over its own examples
	Steps     int            // in all
	Epochs    int            // instead of Steps, where Data has a Len, the batches of an epoch
	Seed      uint64         // of what the step draws, such as dropout
	Workers   int            // cores to use at most, all if 0
	Rounding  graph.Rounding // of the step's kernels: see [exec.Rounding]

	EMA   *optim.Average // follows the parameters; what is validated is its mean
	Extra []Stateful     // whatever else has state, such as an optim.Adjusted

	Validation  *Validation
	Stop        *EarlyStop
	Recovery    *Recovery
	Checkpoints *Checkpoints

	Log      *Log     // what is measured; its bytes depend on the fields alone
	Times    *Log     // the clock
	Loggers  []Logger // are told each line and each event, such as a tensorboard.Writer
	LogEvery int      // steps between lines; an epoch if 0

	// OnStep is told of every step that did not fail, OnReport of every line, OnEvent of what happens beside: a recovery, a checkpoint that could not be
	// written. An error of one of them ends the run.
	OnStep   func(Step) error
	OnReport func(Report) error
	OnEvent  func(Event) error
}

// Outputs is what a loss function builds.
type Outputs struct {
	Loss    *graph.Node // a scalar, the mean over the batch
	Metrics []Metric    // likewise
	// Predictions and Targets are what the Metrics of a Validation look at: of classes, scores and labels. Others need not set them.
	Predictions, Targets *graph.Node
}

// A Metric is a scalar of a batch, a mean over its examples.
type Metric struct {
	Name  string
	Value *graph.Node
}

// A Stateful owns states that a checkpoint must hold: optimisers, averages, rates.
type Stateful interface {
	States() iter.Seq2[string, *graph.State]
}

// Validation says when to measure on examples that are not trained on, and what is judged by.
type Validation struct {
	Data  data.Dataset
	Batch int // examples at once; any number gives the same means, up to rounding
	Every int // steps; the end of each epoch if 0
	// Metrics are measured beside the outputs' own, and named like them: what is no mean over batches, such as F1 or AUC. They look at the
	// outputs' Predictions and Targets.
	Metrics map[string]metrics.Metric
	Metric  string         // judged by EarlyStop, Recovery and Plateau, and named "validation_…" in checkpoints; "loss" if ""
	Larger  bool           // whether more of it is better
	Plateau *optim.Plateau // is told the metric each time; its state is kept
}

// EarlyStop ends a run when the metric has not become better for more than Patience validations in a row. The best checkpoint is kept, if
// there are Checkpoints; see RestoreBest.
type EarlyStop struct{ Patience int }

// Recovery goes back to the best checkpoint, and on with the batches that come next, where a step or a validation gives NaN, where a loss is
// above a bound, or where the metric has been worse than the best for more than Patience validations in a row. It needs Checkpoints, and keeps
// the best; before the first validation that is the one which the run began with.
type Recovery struct {
	Patience int             // 0 does not look at validations
	Above    float64         // a loss above it is one of a run that diverges; 0 sets no bound
	Most     int             // recoveries before the run fails
	Rate     *optim.Adjusted // is multiplied by Factor at each, if not nil; its state is kept
	Factor   float64
}

// Checkpoints says when to write one.
type Checkpoints struct {
	Store   *checkpoint.Store
	Every   int            // steps; at the end and when the run is stopped alone if 0
	Parts   map[string]any // kept in each, as JSON: what it takes to build this Loop again
	Inexact bool           // whether Resume goes on where the bits may come out differently
	Strict  bool           // whether a write that fails ends the run, rather than being told to OnEvent; without an OnEvent it does
}

// A Step is what OnStep is told.
type Step struct {
	Step, Steps, Epoch int
	Loss               float64
	EpochEnd           bool
}

// A Report is a line of the log: means since the last line, and of a validation if there was one.
type Report struct {
	Step       int
	Epoch      int // that the step belongs to, from 0 on
	Train      map[string]float64
	Validation map[string]float64
	Seconds    float64 // since this process began to train
}

// An Event is something that happened beside the steps.
type Event struct {
	Step int
	What string
}

// An Outcome is how a run ended.
type Outcome struct {
	Step    int
	Stopped string // why before the last step, "" if at it
	Best    float64
	BestAt  int                // step of the best validation, −1 if there was none
	Last    map[string]float64 // of the last validation
}

// Run trains from the model's values as they are, which its first checkpoint holds, and empties the logs. Checkpoints of an earlier run are
// an error: Resume goes on from them.
//
// When ctx is done, a checkpoint is written after the step in hand, if there are Checkpoints, and the error is that of ctx.
func (l *Loop) Run(ctx context.Context) (Outcome, error) { return l.run(ctx, nil) }

// Resume goes on from the newest checkpoint that is whole. Damaged ones are told to OnEvent.
func (l *Loop) Resume(ctx context.Context) (Outcome, error) {
	if l.Checkpoints == nil || l.Checkpoints.Store == nil {
		return Outcome{}, errors.New("train: nothing to resume from: want Checkpoints with a Store")
	}
	c, skipped, err := l.Checkpoints.Store.Latest()
	if err != nil {
		return Outcome{}, err
	}
	for _, e := range skipped {
		if err := l.event(c.Step, fmt.Sprintf("skipped: %v", e)); err != nil {
			return Outcome{}, err
		}
	}
	return l.run(ctx, c)
}

func (l *Loop) run(ctx context.Context, from *checkpoint.Checkpoint) (res Outcome, err error) {
	r, err := l.begin(from)
	if err != nil {
		return Outcome{}, err
	}
	defer func() {
		res = r.result()
		err = errors.Join(err, l.Data.Close())
		if l.Checkpoints != nil {
			err = errors.Join(err, r.tolerate(l.Checkpoints.Store.Wait()))
		}
	}()
	for r.Step < r.steps && r.Stopped == "" {
		if ctx.Err() != nil {
			return res, r.interrupted(ctx)
		}
		if err := r.step(); err != nil {
			return res, err
		}
	}
	return res, r.keep(true)
}

// step does one batch and what is due after it.
func (r *runner) step() error {
	b, err := r.Data.Next()
	if err != nil {
		return fmt.Errorf("step %d: %w", r.Step+1, err)
	}
	plan, err := r.plans.Plan(typesOf(b.Fields)...)
	if err != nil {
		return fmt.Errorf("step %d: %w", r.Step+1, err)
	}
	out, err := plan.RunBuffers(b.Fields...)
	r.Step++
	var loss float64
	if err == nil {
		loss = r.add(out)
		err = r.diverged(loss)
	}
	switch {
	case err != nil:
		if err := r.recover(fmt.Errorf("step %d: %w", r.Step, err)); err != nil {
			return err
		}
	case r.OnStep != nil:
		if err := r.OnStep(Step{r.Step, r.steps, b.At.Epoch, loss, b.EpochEnd}); err != nil {
			return err
		}
	}
	last := r.Step == r.steps
	if err := r.report(b.At.Epoch, r.due(b.EpochEnd, r.LogEvery) || last, r.Validation != nil && (r.due(b.EpochEnd, r.Validation.Every) || last)); err != nil {
		return err
	}
	return r.keep(false)
}

// due reports whether something that is done every so many steps, or at the end of epochs, comes now.
func (r *runner) due(epochEnd bool, every int) bool {
	if every == 0 {
		return epochEnd
	}
	return r.Step%every == 0
}

// interrupted writes a checkpoint and says where it is.
func (r *runner) interrupted(ctx context.Context) error {
	err := context.Cause(ctx)
	if r.Checkpoints == nil {
		return fmt.Errorf("interrupted after step %d of %d: %w", r.Step, r.steps, err)
	}
	if e := r.keep(true); e != nil {
		return fmt.Errorf("interrupted after step %d of %d, and the checkpoint failed: %w", r.Step, r.steps, errors.Join(e, err))
	}
	return fmt.Errorf("interrupted after step %d of %d, which a checkpoint holds: %w", r.Step, r.steps, err)
}

func (l *Loop) event(step int, what string) error {
	if l.Log != nil {
		if err := l.Log.Write(map[string]any{"step": step, "event": what}); err != nil {
			return err
		}
	}
	for _, log := range l.Loggers {
		if err := log.Event(Event{step, what}); err != nil {
			return err
		}
	}
	if l.OnEvent == nil {
		return nil
	}
	return l.OnEvent(Event{step, what})
}

// since is the clock of a run.
func (r *runner) since() float64 { return time.Since(r.start).Seconds() }
