package flow

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A Step maps the state and one row of each sequence to the next state and one row of each result.
type Step func(state, x []*graph.Node) (next, y []*graph.Node)

// Scan runs f over the rows of xs, one after the other, along axis 0. It returns the last state and the results of all steps,
// stacked.
//
//	sₜ₊₁, yₜ = f(sₜ, xₜ)        final = s_T        ys[t] = yₜ        t = 0 … T−1
//
// The sequences have one length T, which may be 0: then final is init. The next state has the types of the state. The derivative is a
// loop that runs the other way, over the states, which the loop keeps if there is one, and over the results of matrix products and
// other dear ops in the body; pointwise ones are computed again. Where a weight from outside is in a product in the body, its gradient
// is one product after the loop. For less memory let f use autodiff.Checkpoint: only the states are kept then, and of a scan of scans
// only those of the outer one and of one inner one at a time.
//
// A draw in the body is an error, for it would repeat: draw before, and scan over the draws.
func Scan(init, xs []*graph.Node, f Step) (final, ys []*graph.Node) { return run(false, init, xs, f) }

// ScanReverse is Scan from the last row to the first: sₜ, yₜ = f(sₜ₊₁, xₜ). The results lie where their rows do.
func ScanReverse(init, xs []*graph.Node, f Step) (final, ys []*graph.Node) {
	return run(true, init, xs, f)
}

// Map applies f to each row of xs, one after the other, and stacks the results. Unlike vmap.Map it needs memory for one row at a time,
// and no batching rules.
func Map(f func(x []*graph.Node) []*graph.Node, xs ...*graph.Node) []*graph.Node {
	_, ys := Scan(nil, xs, func(_, x []*graph.Node) (_, y []*graph.Node) { return nil, f(x) })
	return ys
}

// Fori runs f n times on the state, and returns the last state. i is an int32 scalar that counts from 0.
func Fori(n int, init []*graph.Node, f func(i *graph.Node, state []*graph.Node) []*graph.Node) []*graph.Node {
	if len(init) == 0 {
		panic("flow: a loop over nothing")
	}
	final, _ := Scan(init, []*graph.Node{ops.Iota(init[0].Graph(), graph.Int32, n)}, func(state, x []*graph.Node) (next, y []*graph.Node) {
		return f(x[0], state), nil
	})
	return final
}

// run builds a loop whose results are, beside those of f, the states before each step and what a derivative would rather not compute
// again. What nobody reads is pruned by the executor.
func run(reverse bool, init, xs []*graph.Node, f Step) (final, ys []*graph.Node) {
	s, y := len(init), 0
	r := loop(reverse, init, xs, func(in []*graph.Node) ([]*graph.Node, error) {
		next, results := f(in[:s:s], in[s:])
		if y = len(results); len(next) != s {
			return nil, fmt.Errorf("the body returns %d states, want %d", len(next), s)
		}
		for i, n := range next {
			if n.Valid() && in[i].Valid() && n.Type() != in[i].Type() {
				return nil, fmt.Errorf("state %d is %v, but the body returns %v for it", i, in[i].Type(), n.Type())
			}
		}
		outs := slices.Concat(next, results, in[:s])
		return append(outs, dear(in, outs)...), nil
	})
	if r == nil {
		failed := in0(init, xs).Graph().Fail(s+y, errors.New("scan: failed"))
		return failed[:s], failed[s:]
	}
	return r[:s:s], r[s : s+y : s+y]
}

func in0(init, xs []*graph.Node) *graph.Node {
	if len(init)+len(xs) == 0 {
		panic("flow: a loop over nothing")
	}
	return slices.Concat(init, xs)[0]
}

// loop builds a scan from its body as it is: next states, then what is stacked. It returns nil, with the error on the graph, if it
// cannot.
func loop(reverse bool, init, xs []*graph.Node, f func(in []*graph.Node) ([]*graph.Node, error)) []*graph.Node {
	in, s := slices.Concat(init, xs), len(init)
	g, n, types := in0(init, xs).Graph(), 0, make([]graph.Type, len(in))
	err := wrong(init, xs)
	if len(xs) > 0 {
		n = xs[0].Shape().Dim(0)
	}
	for i, x := range in {
		if types[i] = x.Type(); i >= s {
			types[i].Shape = x.Shape().Cut(1, graph.MaxRank)
		}
	}
	body, captured := graph.NewFunc(g, types, func(in []*graph.Node) []*graph.Node {
		outs, e := f(in)
		if err == nil {
			err = e
		}
		return outs
	})
	if err == nil {
		err = drawing(g, captured)
	}
	if err != nil {
		g.Fail(0, fmt.Errorf("scan: %w", err))
		return nil
	}
	if slices.ContainsFunc(slices.Concat(in, body.Outs()), func(n *graph.Node) bool { return !n.Valid() }) {
		return nil
	}
	outs := len(body.Outs())
	return graph.ApplyN(scan{body, s, len(xs), n, reverse}, outs, append(in, captured...)...)
}

// drawing refuses a body that captured the random key.
func drawing(g *graph.Graph, captured []*graph.Node) error {
	for _, c := range captured {
		for c.Op().Name() == "capture" {
			c = c.In()[0]
		}
		if r, ok := c.Op().(graph.Read); ok && r.Var == graph.Var(g.RNG()) {
			return errors.New("a draw in a loop body repeats in each step; draw before, and scan over the draws")
		}
	}
	return nil
}

// wrong says what no loop can be over.
func wrong(init, xs []*graph.Node) error {
	if len(xs) == 0 {
		return errors.New("want a sequence to scan over; ops.Iota counts")
	}
	for i, x := range xs {
		switch {
		case !x.Valid():
			return nil
		case x.Shape().Rank() == 0:
			return fmt.Errorf("sequence %d, %s %v, has no axis to scan over", i, x.Called(), x.Type())
		case x.Shape().Dim(0) != xs[0].Shape().Dim(0):
			return fmt.Errorf("sequence %d, %s %v, has not the length %d of %s", i, x.Called(), x.Shape(), xs[0].Shape().Dim(0), xs[0].Called())
		}
	}
	for i, s := range init {
		if s.Valid() && s.Shape().Rank() >= graph.MaxRank {
			return fmt.Errorf("state %d has rank %d, want less than %d", i, s.Shape().Rank(), graph.MaxRank)
		}
	}
	return nil
}

// scan has the operands init, xs, captured and the results final and, stacked, all that the body returns beside the next states. A
// result that is the state itself is the trace: the states before each step.
type scan struct {
	Body              *graph.Func
	States, Xs, Steps int
	Reverse           bool
}

func (scan) Name() string            { return "scan" }
func (o scan) Bodies() []*graph.Func { return []*graph.Func{o.Body} }
func (o scan) Repeats() int          { return o.Steps }

func (o scan) Infer(in []graph.Type) ([]graph.Type, error) {
	out, each := o.Body.Types(), slices.Clone(in)
	if o.States < 0 || o.Xs < 1 || o.Steps < 0 || len(in) < o.States+o.Xs || o.States > len(in) || o.Xs > len(in) {
		return nil, fmt.Errorf("want %d states and %d sequences of %d steps, of %d operands", o.States, o.Xs, o.Steps, len(in))
	}
	if len(out) < o.States || !slices.Equal(out[:o.States], in[:o.States]) {
		return nil, errors.New("the next state must have the types of the state")
	}
	for i, x := range in[o.States : o.States+o.Xs] {
		if x.Shape.Rank() == 0 || x.Shape.Dim(0) != o.Steps {
			return nil, errors.New("sequences differ in length")
		}
		each[o.States+i].Shape = x.Shape.Cut(1, graph.MaxRank)
	}
	if err := o.Body.Takes(each); err != nil {
		return nil, err
	}
	for i := range out[o.States:] {
		out[o.States+i].Shape = out[o.States+i].Shape.Lead(o.Steps)
	}
	return out, nil
}
