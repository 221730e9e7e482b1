package diagnose

import (
	"fmt"
	"iter"
	"math"
	"strings"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// A Watch is an optimiser that does what another one does, and measures it: for each parameter w, at each step, the Euclidean norm of the
// gradient as Update gets it, and the ratio ‖Δw‖/‖w‖ of what the step changes to what was there. About 1e-3 of the latter is usual; much
// less, and the parameter stands still, much more, and the rate is too high.
//
// The numbers are states, so that a checkpoint holds them and a resumed run goes on with them. They cost a pass or two over the parameters
// in each step, and change no bit of the training.
type Watch struct {
	optim.Optimizer
	names []string
	kept  []*graph.State // a row for each parameter
}

// What a row holds: two counts, then sums, largest and last values.
const (
	steps = iota
	still // steps where the gradient was 0
	unmoved
	gradients
	ratios
	mostGradient
	mostRatio
	lastGradient
	lastRatio
	lastWeight
	columns
)

// NewWatch watches o. Use it in its place.
func NewWatch(o optim.Optimizer) *Watch {
	w := &Watch{Optimizer: o}
	used := map[string]bool{}
	for name := range o.Params() {
		for used[name] {
			name += "'"
		}
		used[name] = true
		w.names = append(w.names, name)
		w.kept = append(w.kept, graph.NewState("watch."+name, graph.NewBuffer(graph.T(graph.Float64, columns))))
	}
	return w
}

// Update does what the watched optimiser does.
func (w *Watch) Update(grads []*graph.Node) {
	if len(grads) != len(w.kept) || len(grads) == 0 {
		w.Optimizer.Update(grads) // which says what is wrong
		return
	}
	g := grads[0].Graph()
	var before []*graph.Node
	var params []*graph.Param
	for _, p := range w.Params() {
		before, params = append(before, g.Use(p)), append(params, p)
	}
	w.Optimizer.Update(grads)
	norm := func(x *graph.Node) *graph.Node { return ops.Cast(ops.Norm(x, 2), graph.Float64) }
	for i, p := range params {
		old := g.Use(w.kept[i])
		weight, gradient, moved := norm(before[i]), norm(grads[i]), norm(ops.Sub(g.Use(p), before[i]))
		zero := ops.Like(0, weight)
		ratio := ops.Where(ops.Greater(weight, zero), ops.Div(moved, weight), zero) // biases begin at 0
		is := func(cond *graph.Node) *graph.Node { return ops.Cast(cond, graph.Float64) }
		at := func(k int) *graph.Node { return ops.Reshape(ops.Slice(old, 0, k, 1)) }
		g.Assign(w.kept[i], ops.Stack(0,
			ops.Offset(at(steps), 1),
			ops.Add(at(still), is(ops.Equal(gradient, zero))),
			ops.Add(at(unmoved), is(ops.Equal(moved, zero))),
			ops.Add(at(gradients), gradient),
			ops.Add(at(ratios), ratio),
			ops.Maximum(at(mostGradient), gradient),
			ops.Maximum(at(mostRatio), ratio),
			gradient, ratio, weight,
		))
	}
}

// Minimize is Update with the gradients of loss.
func (w *Watch) Minimize(loss *graph.Node) { w.Update(w.Grads(loss)) }

// States yields those of the watched optimiser, and the statistics.
func (w *Watch) States() iter.Seq2[string, *graph.State] {
	return func(yield func(string, *graph.State) bool) {
		for name, s := range w.Optimizer.States() {
			if !yield(name, s) {
				return
			}
		}
		for i, s := range w.kept {
			if !yield("watch."+w.names[i], s) {
				return
			}
		}
	}
}

// Reset forgets all steps. It is for between runs of the plan.
func (w *Watch) Reset() {
	for _, s := range w.kept {
		s.Set(graph.NewBuffer(s.Type()))
	}
}

// A Statistic is what was measured of a parameter since the last Reset. Means are NaN where no step was done.
type Statistic struct {
	Name                      string
	Steps                     int
	Still, Unmoved            int // steps where the gradient was 0 in all elements, and where the parameter stayed as it was
	Gradient, Ratio           float64
	MeanGradient, MeanRatio   float64
	LargestGradient, MaxRatio float64
	Weight                    float64 // norm before the last step
}

// Frozen tells that the parameter has not moved.
func (s Statistic) Frozen() bool { return s.Steps > 0 && s.Unmoved == s.Steps }

// Statistics returns a row for each parameter, in the order of Params.
func (w *Watch) Statistics() []Statistic {
	out := make([]Statistic, len(w.kept))
	for i, s := range w.kept {
		v := graph.Data[float64](s.Value())
		out[i] = Statistic{
			Name: w.names[i], Steps: int(v[steps]), Still: int(v[still]), Unmoved: int(v[unmoved]), Gradient: v[lastGradient], Ratio: v[lastRatio],
			MeanGradient: v[gradients] / v[steps], MeanRatio: v[ratios] / v[steps], LargestGradient: v[mostGradient], MaxRatio: v[mostRatio],
			Weight: v[lastWeight],
		}
	}
	return out
}

// String is a table.
func (w *Watch) String() string {
	var b strings.Builder
	width := len("parameter")
	for _, n := range w.names {
		width = max(width, len(n))
	}
	fmt.Fprintf(&b, "%-*s  ‖gradient‖ mean   largest  ‖step‖/‖w‖ mean   largest  remark\n", width, "parameter")
	for _, s := range w.Statistics() {
		fmt.Fprintf(&b, "%-*s  %15.2e  %8.2e  %15.2e  %8.2e  %s\n", width, s.Name, s.MeanGradient, s.LargestGradient, s.MeanRatio, s.MaxRatio, s.remark())
	}
	return b.String()
}

func (s Statistic) remark() string {
	switch {
	case s.Steps == 0:
		return "no step"
	case s.Still == s.Steps:
		return "gradient always 0"
	case s.Frozen():
		return "frozen"
	case s.MeanRatio > 0.1:
		return "moves much"
	case s.MeanRatio < 1e-6 || math.IsNaN(s.MeanRatio):
		return "hardly moves"
	}
	return ""
}
