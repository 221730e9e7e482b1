package autodiff

import (
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

type (
	// A Forward builds results from operands.
	Forward func(in []*graph.Node) []*graph.Node
	// A Backward builds a cotangent for each operand, nil where none flows.
	Backward func(in, ys, dys []*graph.Node) []*graph.Node
)

// Custom returns f with a derivative of the user's, which gives a cotangent, or nil, for each operand. Call it once and keep the
// result: it is an op, identified by name and place. Without operands there is no graph to build on, and what it returns panics.
func Custom(name string, f Forward, b Backward) func(in ...*graph.Node) []*graph.Node {
	r := &rule{name: name, f: f, b: b}
	return func(in ...*graph.Node) []*graph.Node { return r.apply(in) }
}

type rule struct {
	name string
	f    Forward
	b    Backward
	over string // how the user's rule was batched to this one: a digit for each operand, 1 if it has rows, with a comma between two times
}

// operands returns the graph and the types of what a function of operands is called with.
func operands(what string, in []*graph.Node) (*graph.Graph, []graph.Type) {
	if len(in) == 0 {
		panic("autodiff: " + what + " is called without operands")
	}
	types := make([]graph.Type, len(in))
	for i, x := range in {
		types[i] = x.Type()
	}
	return in[0].Graph(), types
}

func (r *rule) String() string { return r.name }

func (r *rule) apply(in []*graph.Node) []*graph.Node {
	g, types := operands("custom "+r.name, in)
	body, captured := graph.NewFunc(g, types, r.f)
	for _, c := range captured {
		if c.Dtype().Float() {
			return g.Fail(len(body.Outs()), fmt.Errorf("custom %s reads %s from outside: pass it as an operand, or it would get no gradient", r.name, c.Op().Name()))
		}
	}
	if len(body.Outs()) == 0 {
		return nil
	}
	return graph.ApplyN(custom{body, r, len(in)}, len(body.Outs()), slices.Concat(in, captured)...)
}

// custom has no kernel: an executor runs its definition.
type custom struct {
	Body *graph.Func
	Rule *rule
	Own  int // operands; those after them, which hold no floats, come from outside the function
}

func (o custom) Name() string                          { return "custom" }
func (o custom) Define(in []*graph.Node) []*graph.Node { return o.Body.Inline(in[0].Graph(), in) }

func (o custom) Infer(in []graph.Type) ([]graph.Type, error) {
	if o.Own < 1 || o.Own > len(in) {
		return nil, fmt.Errorf("want %d operands of the function's own, of %d", o.Own, len(in))
	}
	return o.Body.Types(), o.Body.Takes(in)
}

func (o custom) VJPs(ys, dys []*graph.Node) []*graph.Node {
	in := ys[0].In()
	ds := o.Rule.cotangents(in[:o.Own], ys, zeros(dys, ys))
	return slices.Concat(ds, make([]*graph.Node, len(in)-o.Own))
}

// cotangents are what the user's function gives, which must be one, or nil, for each operand.
func (r *rule) cotangents(in, ys, dys []*graph.Node) []*graph.Node {
	if r.b == nil {
		return in[0].Graph().Fail(len(in), fmt.Errorf("custom %s has no derivative", r.name))
	}
	ds := r.b(in, ys, dys)
	if len(ds) != len(in) {
		return in[0].Graph().Fail(len(in), fmt.Errorf("custom %s: %d cotangents for %d operands", r.name, len(ds), len(in)))
	}
	return ds
}

// Batch keeps the rule: forward and backward are batched apart. What they read from outside they read again, so that it cannot be
// mapped.
func (o custom) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	if slices.Contains(mapped[o.Own:], true) {
		return in[0].Graph().Fail(len(o.Body.Outs()), fmt.Errorf("custom %s reads from outside what is mapped: pass it as an operand", o.Rule.name))
	}
	return o.Rule.batched(mapped[:o.Own]).apply(in[:o.Own])
}

// batched is the rule over rows of the operands that are marked.
func (r *rule) batched(mapped []bool) *rule {
	f := func(in []*graph.Node) []*graph.Node { return vmap.Flagged(r.f, in, mapped) }
	b := func(in, ys, dys []*graph.Node) []*graph.Node {
		n, all := len(in), append(append(append([]*graph.Node{}, in...), ys...), dys...)
		flags := append([]bool{}, mapped...)
		for range 2 * len(ys) {
			flags = append(flags, true)
		}
		ds := vmap.Flagged(func(x []*graph.Node) []*graph.Node {
			return zeros(r.cotangents(x[:n], x[n:n+len(ys)], x[n+len(ys):]), x[:n])
		}, all, flags)
		for i, d := range ds {
			if !mapped[i] { // every row used the same operand
				ds[i] = ops.Sum(d, 0)
			}
		}
		return ds
	}
	over := r.over
	if over != "" {
		over += ","
	}
	for _, m := range mapped {
		over += map[bool]string{false: "0", true: "1"}[m]
	}
	return &rule{r.name, f, b, over}
}

// Checkpoint returns f(in...), computed again in the backward pass instead of being kept. What f assigns, running means of a batch norm
// say, is assigned once.
func Checkpoint(f Forward, in ...*graph.Node) []*graph.Node {
	g, types := operands("checkpoint", in)
	var assigned []graph.Var
	results := 0
	body, captured := graph.NewFunc(g, types, func(in []*graph.Node) (ys []*graph.Node) {
		var next []*graph.Node
		assigned, next = g.Collect(func() { ys = f(in) })
		results = len(ys)
		return slices.Concat(ys, next)
	})
	if len(body.Outs()) == 0 {
		return nil
	}
	ys := graph.ApplyN(checkpoint{body}, len(body.Outs()), slices.Concat(in, captured)...)
	for i, v := range assigned {
		g.Assign(v, ys[results+i])
	}
	return ys[:results:results]
}

type checkpoint struct{ Body *graph.Func }

func (checkpoint) Name() string                            { return "checkpoint" }
func (o checkpoint) Define(in []*graph.Node) []*graph.Node { return o.Body.Inline(in[0].Graph(), in) }

func (o checkpoint) Infer(in []graph.Type) ([]graph.Type, error) {
	return o.Body.Types(), o.Body.Takes(in)
}

func (o checkpoint) VJPs(ys, dys []*graph.Node) []*graph.Node {
	in := make([]*graph.Node, len(ys[0].In()))
	for i, x := range ys[0].In() {
		if _, ok := x.Op().(graph.Read); ok {
			in[i] = ops.Barrier(x) // a weight, which is there anyway
		} else {
			in[i] = later(x, dys)
		}
	}
	return Pull(o.Define(in), dys, in)
}

// later is a barrier that waits for a cotangent: what is computed again is not computed before the backward pass comes to it, or all of it
// would be kept for as long as it was without checkpoint.
func later(x *graph.Node, dys []*graph.Node) *graph.Node {
	for _, d := range dys {
		if d != nil {
			return graph.Apply(after{x.Graph().Fresh()}, x, d)
		}
	}
	return ops.Barrier(x)
}

// after is a copy of its first operand.
type after struct{ N int }

func (after) Name() string                                { return "after" }
func (after) Infer(in []graph.Type) ([]graph.Type, error) { return in[:1], nil }
func (after) Sure([]graph.Type) bool                      { return true }
func (after) VJP(_, dy *graph.Node) []*graph.Node         { return []*graph.Node{dy, nil} }
func (after) Eval(c *graph.Call) error                    { copy(c.Out[0].Bytes(), c.In[0].Bytes()); return nil }
func (o after) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, ops.Align(in, mapped)...)}
}
