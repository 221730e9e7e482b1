package flow

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// Cond returns then(in...) if the bool scalar pred holds, else otherwise(in...); only one of them runs. The branches return equal
// types. What a branch computes from other nodes than in is computed outside, whichever is taken.
//
//	y = pred ? then(in) : otherwise(in)        ∂in = pred ? ∂then : ∂otherwise
//
// The branch not taken leaves no trace in the derivative, not even where it would be NaN. Mapped over rows that may differ in pred,
// both branches run for all rows, and ops.Where chooses.
func Cond(pred *graph.Node, then, otherwise func(in []*graph.Node) []*graph.Node, in ...*graph.Node) []*graph.Node {
	g, types := pred.Graph(), make([]graph.Type, len(in))
	for i, x := range in {
		types[i] = x.Type()
	}
	a, ca := graph.NewFunc(g, types, then)
	b, cb := graph.NewFunc(g, types, otherwise)
	n := len(a.Outs())
	all := slices.Concat([]*graph.Node{pred}, in, ca, cb)
	for _, x := range slices.Concat(all, a.Outs(), b.Outs()) {
		if !x.Valid() {
			return g.Fail(n, errors.New("cond: failed"))
		}
	}
	err := errors.New("want branches that return something")
	if n > 0 {
		err = (cond{a, b, len(in)}).wrong(pred.Type())
	}
	if err != nil {
		return g.Fail(n, fmt.Errorf("cond: %w", err))
	}
	return graph.ApplyN(cond{a, b, len(in)}, n, all...)
}

// cond has the operands pred, in, those captured by Then, those captured by Else.
type cond struct {
	Then, Else *graph.Func
	Shared     int
}

func (cond) Name() string            { return "cond" }
func (o cond) Bodies() []*graph.Func { return []*graph.Func{o.Then, o.Else} }

func (o cond) Infer(in []graph.Type) ([]graph.Type, error) {
	a, b := len(o.Then.Inputs()), len(o.Else.Inputs())
	if o.Shared < 0 || o.Shared > min(a, b) || len(in) != 1+a+b-o.Shared {
		return nil, fmt.Errorf("want a condition and operands for two branches, %d of them for both, of %d", o.Shared, len(in))
	}
	err := o.wrong(in[0])
	if err == nil {
		err = o.Then.Takes(branch(o, true, in[1:]))
	}
	if err == nil {
		err = o.Else.Takes(branch(o, false, in[1:]))
	}
	return o.Then.Types(), err
}

func (o cond) wrong(pred graph.Type) error {
	a, b := o.Then.Types(), o.Else.Types()
	if pred != graph.T(graph.Bool) {
		return fmt.Errorf("want a condition that is a scalar bool, not %v", pred)
	}
	if len(a) != len(b) {
		return fmt.Errorf("the branches return %d and %d nodes, want as many", len(a), len(b))
	}
	for i := range a {
		if a[i] != b[i] {
			return fmt.Errorf("the branches return %v and %v for result %d, want equal types", a[i], b[i], i)
		}
	}
	return nil
}

// branch returns the operands of one branch among those after pred.
func branch[T any](o cond, then bool, in []T) []T {
	split := len(o.Then.Inputs())
	if then {
		return in[:split]
	}
	return slices.Concat(in[:o.Shared], in[split:])
}

// Eval lets the branch write right into the results.
func (o cond) Eval(c *graph.Call) error {
	b, skip := &c.Body[0], 1
	if !graph.Data[bool](c.In[0])[0] {
		b = &c.Body[1]
	}
	for i := range b.In {
		if i == o.Shared && b == &c.Body[1] {
			skip += len(o.Then.Inputs()) - o.Shared
		}
		b.In[i].Place(&c.In[i+skip], 0, c.In[i+skip].Len())
	}
	for i := range b.Out {
		b.Out[i].Place(&c.Out[i], 0, c.Out[i].Len())
	}
	err := b.Run()
	for i, p := range b.Same {
		if p >= 0 {
			move(&b.Out[i], &b.In[p])
		} else if p < -1 {
			move(&b.Out[i], &b.Out[-2-p])
		}
	}
	return err
}

// Needs marks what a branch needs for the used results.
func (o cond) Needs(used []bool) []bool {
	needs := make([]bool, 1+len(o.Then.Inputs())+len(o.Else.Inputs())-o.Shared)
	needs[0] = true
	for k, f := range o.Bodies() {
		live := f.Live(pick(f.Outs(), marked(used)))
		for i, p := range f.Inputs() {
			if at := 1 + i; live[p] {
				if k == 1 && i >= o.Shared {
					at += len(o.Then.Inputs()) - o.Shared
				}
				needs[at] = true
			}
		}
	}
	return needs
}

// Prune leaves out the other operands, and the results that are not used.
func (o cond) Prune(g *graph.Graph, used []bool) (op graph.Op, operands, results []int) {
	needs := o.Needs(used)
	operands, results = marked(needs), marked(used)
	if len(operands) == len(needs) && len(results) == len(used) {
		return nil, nil, nil
	}
	small := cond{Shared: len(marked(needs[1 : 1+o.Shared]))}
	small.Then = o.Then.Narrow(g, marked(branch(o, true, needs[1:])), results)
	small.Else = o.Else.Narrow(g, marked(branch(o, false, needs[1:])), results)
	return small, operands, results
}

// marked lists the numbers of what is marked.
func marked(flags []bool) (at []int) {
	for i, f := range flags {
		if f {
			at = append(at, i)
		}
	}
	return at
}

func pick(ns []*graph.Node, at []int) []*graph.Node {
	out := make([]*graph.Node, len(at))
	for k, i := range at {
		out[k] = ns[i]
	}
	return out
}

// Batch runs both branches for all rows and selects: rows may take different ones. Where all take the same, it stays a branch.
func (o cond) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	run := func(then bool, in []*graph.Node, mapped []bool) []*graph.Node {
		f := o.Then
		if !then {
			f = o.Else
		}
		xs, flags := branch(o, then, in), branch(o, then, mapped)
		if !slices.Contains(flags, true) { // this branch is the same for all rows
			out := f.Inline(in[0].Graph(), xs)
			for i := range out {
				out[i] = ops.Lead(out[i], rows(in, mapped))
			}
			return out
		}
		return vmap.Flagged(func(x []*graph.Node) []*graph.Node { return f.Inline(x[0].Graph(), x) }, xs, flags)
	}
	if !mapped[0] {
		return Cond(in[0], func(x []*graph.Node) []*graph.Node { return run(true, x, mapped[1:]) },
			func(x []*graph.Node) []*graph.Node { return run(false, x, mapped[1:]) }, in[1:]...)
	}
	all, flags := slices.Clone(in), slices.Clone(mapped)
	n := in[0].Shape().Dim(0)
	for i, x := range all {
		if !flags[i] && i > 0 {
			all[i], flags[i] = ops.Lead(x, n), true
		}
	}
	if len(all) == 1 {
		all, flags = append(all, in[0]), append(flags, true)
	}
	a, b := run(true, all[1:], flags[1:]), run(false, all[1:], flags[1:])
	out := make([]*graph.Node, len(a))
	for i := range a {
		ones := make([]int, a[i].Shape().Rank())
		for k := range ones {
			ones[k] = 1
		}
		ones[0] = n // [rows] to [rows, 1, …]
		out[i] = ops.Where(ops.Reshape(in[0], ones...), a[i], b[i])
	}
	return out
}

// rows is the size of the leading axis of what is mapped.
func rows(in []*graph.Node, mapped []bool) int {
	for i, m := range mapped {
		if m {
			return in[i].Shape().Dim(0)
		}
	}
	return 0
}

func (o cond) VJPs(ys, dys []*graph.Node) []*graph.Node {
	in := ys[0].In()[1:]
	all := slices.Clone(in)
	for _, d := range dys {
		if d != nil {
			all = append(all, d)
		}
	}
	back := func(f *graph.Func, then bool) func(x []*graph.Node) []*graph.Node {
		return func(x []*graph.Node) (ds []*graph.Node) {
			cot, rest := make([]*graph.Node, len(dys)), x[len(in):]
			for i, d := range dys {
				if d != nil {
					cot[i], rest = rest[0], rest[1:]
				}
			}
			mine := branch(o, then, x[:len(in)])
			pulled := autodiff.Pull(f.Inline(x[0].Graph(), mine), cot, mine)
			for i, n := range x[:len(in)] {
				if !float(in[i]) {
					continue
				}
				var d *graph.Node
				if k := slices.Index(mine, n); k >= 0 {
					d = pulled[k]
				}
				ds = append(ds, orZero(d, n))
			}
			return ds
		}
	}
	out := make([]*graph.Node, 1+len(in))
	if !slices.ContainsFunc(in, float) {
		return out
	}
	ds := Cond(ys[0].In()[0], back(o.Then, true), back(o.Else, false), all...)
	for i, x := range in {
		if float(x) {
			out[1+i], ds = ds[0], ds[1:]
		}
	}
	return out
}
