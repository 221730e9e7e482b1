package optim

import (
	"errors"
	"fmt"
	"iter"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// LBFGS minimises a loss that is the same at each evaluation: full-batch fits, physics-informed nets, small problems to the last digit.
// It is a loop on the host over a plan that returns loss and gradients, not an [Optimizer] on the graph:
//
//	l := optim.NewLBFGS(nn.Params(model), 10)
//	plan, err := exec.Compile(g, exec.In(x, y), exec.Out(l.Outputs(loss)...))
//	result, err := l.Run(100, func() ([]graph.Buffer, error) { return plan.RunBuffers(xs, ys) })
//
// Each iteration takes the quasi-Newton direction of the last steps and changes of gradient (Nocedal & Wright, 2006, algorithm 7.4) and
// searches along it for a point that satisfies the strong Wolfe conditions (algorithms 3.5 and 3.6). All arithmetic but the plan's is
// in float64. A plan whose loss may overflow at a bold trial point needs exec.NoTrap: then a loss that is not finite counts as too far.
type LBFGS struct {
	store
	// Run ends when no element of the gradient is larger than GradTol, or when no parameter has moved by more than StepTol and the loss
	// has fallen by no more than that share of itself, or of 1 if it is smaller.
	GradTol, StepTol float64
	// The step must give Decrease times the fall that the slope promises, and leave less than Curvature times the slope.
	Decrease, Curvature float64
	Trials              int // of one search, at most

	s, y  []*graph.State // steps and changes of gradient; the newest is the one before position pairs mod history
	pairs *graph.State   // int64: how many there have been
}

// A Result says how a run of LBFGS ended.
type Result struct {
	Loss        float64
	Gradient    float64 // its largest element
	Iterations  int
	Evaluations int
	Converged   bool // one of the tolerances was met; otherwise the iterations are used up, or no step lowers the loss
}

// NewLBFGS remembers up to history steps, at least 1; GradTol is 1e-7, StepTol 1e-9, Decrease 1e-4, Curvature 0.9 and Trials 25.
func NewLBFGS(seq iter.Seq2[string, *graph.Param], history int) *LBFGS {
	l := &LBFGS{store: newStore("lbfgs", seq), GradTol: 1e-7, StepTol: 1e-9, Decrease: 1e-4, Curvature: 0.9, Trials: 25}
	n := graph.NewBuffer(graph.T(graph.Float64, l.size()))
	l.pairs = l.state("pairs", graph.BufferOf([]int64{0}))
	for i := range max(1, history) {
		l.s = append(l.s, l.state(fmt.Sprint("s.", i), n))
		l.y = append(l.y, l.state(fmt.Sprint("y.", i), n))
	}
	return l
}

// Outputs returns loss and its gradient in each parameter: what the plan must return.
func (l *LBFGS) Outputs(loss *graph.Node) []*graph.Node {
	return append([]*graph.Node{loss}, gradients(l.kind, loss, l.names, l.vars)...)
}

func (l *LBFGS) size() (n int) {
	for _, p := range l.vars {
		n += p.Type().Shape.Size()
	}
	return n
}

// Run does at most so many iterations. eval runs the plan and returns what Outputs lists. Between runs the history lasts: it is in
// States. If eval fails, the parameters are as the last whole iteration left them.
func (l *LBFGS) Run(iterations int, eval func() ([]graph.Buffer, error)) (Result, error) {
	r := Result{}
	for i, p := range l.vars {
		if d := p.Type().Dtype; d != graph.Float32 && d != graph.Float64 {
			return r, fmt.Errorf("lbfgs: %s is %v, want float32 or float64", l.names[i], p.Type())
		}
	}
	at := l.place()
	defer func() { l.move(at.x) }()
	h := l.recall()
	look := func(x []float64) (point, error) {
		r.Evaluations++
		return l.look(x, eval)
	}
	at, err := look(at.x)
	if err == nil && !at.finite() {
		err = errors.New("the loss is not finite at the start")
	}
	if err != nil {
		return r, fmt.Errorf("lbfgs: %w", err)
	}
	for {
		r.Loss, r.Gradient = at.f, largest(at.d)
		if r.Converged = r.Converged || r.Gradient <= l.GradTol; r.Converged || r.Iterations == iterations {
			return r, nil
		}
		dir, step := h.direction(at.d), 1.0
		if len(h.s) == 0 {
			step = min(1, 1/sumAbs(at.d))
		}
		next, err := l.search(at, dir, step, look)
		switch {
		case err != nil:
			return r, fmt.Errorf("lbfgs: %w", err)
		case next.t == 0 && len(h.s) > 0: // the curvature remembered is of no use here: start again from the gradient
			l.forget(h)
			continue
		case next.t == 0:
			return r, nil
		}
		r.Iterations++
		moved := largest(minus(next.x, at.x))
		r.Converged = moved <= l.StepTol && math.Abs(next.f-at.f) <= l.StepTol*math.Max(1, math.Abs(at.f))
		l.remember(h, at, next)
		at = next
	}
}
