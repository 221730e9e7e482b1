package diagnose

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"strings"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/train"
)

// Overfit says what OverfitOneBatch asks for.
type Overfit struct {
	Steps int // at most, 500 if 0
	// To is the loss to reach. If it is 0, that is a hundredth of the first one. A loss that cannot come near 0, such as one with a decay
	// in it or of targets that are drawn, wants its own.
	To float64
}

// A Verdict is what OverfitOneBatch found.
type Verdict struct {
	Passed      bool
	First, Last float64 // losses
	To          float64
	Steps       int
	Reasons     []string // why it did not pass, as far as that is known
	Parameters  []Statistic
}

// String is a line, or several.
func (v Verdict) String() string {
	if v.Passed {
		return fmt.Sprintf("passed: the loss of one batch fell from %.4g to %.4g in %d steps", v.First, v.Last, v.Steps)
	}
	s := fmt.Sprintf("failed: the loss of one batch went from %.4g to %.4g in %d steps, want at most %.4g", v.First, v.Last, v.Steps, v.To)
	for _, r := range v.Reasons {
		s += "\n- " + r
	}
	return s
}

// OverfitOneBatch trains the loop on its next batch alone, with neither validation nor checkpoints nor logs. A model and a loss that are put
// together rightly learn one batch by heart: if this one does not, no data will help. Draws such as dropout are as in training,
// and so is the rate, whose schedule must not end before these steps do.
//
// Afterwards model, optimiser and data are as they were. The error tells that the check could not be made; a loss that becomes NaN is a
// verdict.
func OverfitOneBatch(ctx context.Context, loop *train.Loop, o Overfit) (v Verdict, err error) {
	if loop.Model == nil || loop.Optimizer == nil || loop.Data == nil {
		return v, errors.New("diagnose: want a loop with a model, an optimizer and data")
	}
	if o.Steps == 0 {
		o.Steps = 500
	}
	batch, err := nextBatch(loop.Data)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, batch.restore(loop.Data)) }()
	watch := NewWatch(loop.Optimizer)
	weights, states := nn.Vars(loop.Model), statesOf(loop)
	before, beforeStates := checkpoint.Tensors(weights), checkpoint.Tensors(states)
	defer func() {
		err = errors.Join(err, checkpoint.Assign(weights, before), checkpoint.Assign(states, beforeStates))
	}()
	one := train.Loop{
		Model: loop.Model, Loss: loop.Loss, Optimizer: watch, Data: batch, Steps: o.Steps, Seed: loop.Seed, Workers: loop.Workers, LogEvery: o.Steps,
	}
	v.To = o.To
	one.OnStep = func(s train.Step) error {
		if v.Last = s.Loss; s.Step == 1 {
			v.First = s.Loss
			if o.To == 0 {
				v.To = math.Abs(s.Loss) / 100
			}
		}
		v.Steps = s.Step
		if v.Last <= v.To {
			return errEnough
		}
		return nil
	}
	_, err = one.Run(ctx)
	v.Passed = errors.Is(err, errEnough)
	v.Parameters = watch.Statistics()
	if errors.Is(err, exec.ErrNaN) {
		v.Reasons = append(v.Reasons, strings.ReplaceAll(err.Error(), "\n", "; "))
	} else if err != nil && !v.Passed {
		return v, err
	}
	if !v.Passed {
		v.Reasons = append(v.Reasons, reasons(v, loop)...)
	}
	return v, nil
}

var errEnough = errors.New("diagnose: seen enough")

// reasons looks at how the steps went.
func reasons(v Verdict, loop *train.Loop) (why []string) {
	if v.Last > v.First {
		why = append(why, "the loss rose: its sign may be wrong, or the rate too high")
	}
	for _, s := range v.Parameters {
		switch {
		case s.Steps == 0:
		case s.Still == s.Steps:
			why = append(why, fmt.Sprintf("the gradient of %s was always 0: the loss does not depend on it, or what it feeds is dead", s.Name))
		case s.Frozen():
			why = append(why, s.Name+" did not move although its gradient was not 0: the rate is 0, or too small for its dtype")
		case s.MeanRatio > 0.1:
			why = append(why, fmt.Sprintf("%s moved by %.2g of itself in each step: the rate may be too high", s.Name, s.MeanRatio))
		}
	}
	trained := map[*graph.Param]bool{}
	for _, p := range loop.Optimizer.Params() {
		trained[p] = true
	}
	for name, p := range nn.Params(loop.Model) {
		if !trained[p] {
			why = append(why, name+" is frozen: the optimiser does not have it")
		}
	}
	if len(why) == 0 {
		why = append(why, fmt.Sprintf("all %d parameters move, but the loss stays: it may have a floor, such as that of probabilities where logits are wanted, or the steps were too few", len(v.Parameters)))
	}
	return why
}

// statesOf are all states but the model's.
func statesOf(loop *train.Loop) iter.Seq2[string, graph.Var] {
	all := map[string]graph.Var{}
	for name, s := range loop.Optimizer.States() {
		all[name] = s
	}
	for i, e := range loop.Extra {
		for name, s := range e.States() {
			all[fmt.Sprintf("%d %s", i, name)] = s
		}
	}
	return maps.All(all)
}

// A repeated is a source that gives one batch for ever.
type repeated struct {
	batch data.Batch
	types []graph.Type
	at    data.Position // of the source
}

func nextBatch(d data.Source) (*repeated, error) {
	r := &repeated{at: d.Position()}
	b, err := d.Next()
	if err != nil {
		return nil, fmt.Errorf("diagnose: %w", err)
	}
	for _, f := range b.Fields {
		r.batch.Fields = append(r.batch.Fields, f.Clone())
		r.types = append(r.types, f.Type)
	}
	r.batch.N = b.N
	return r, nil
}

func (r *repeated) restore(d data.Source) error { return d.Seek(r.at) }
func (r *repeated) Next() (data.Batch, error)   { return r.batch, nil }
func (r *repeated) Position() data.Position     { return data.Position{} }
func (r *repeated) Seek(data.Position) error    { return nil }
func (r *repeated) Types() []graph.Type         { return r.types }
func (r *repeated) Close() error                { return nil }
