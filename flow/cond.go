package flow

import (
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// Cond returns then(in...) if the bool scalar pred holds, else otherwise(in...); only one of them runs. What a branch
// computes from other nodes than in is computed outside, whichever is taken.
func Cond(pred *graph.Node, then, otherwise func(in []*graph.Node) []*graph.Node, in ...*graph.Node) []*graph.Node {
	types := make([]graph.Type, len(in))
	for i, x := range in {
		types[i] = x.Type()
	}
	a, ca := graph.NewFunc(pred.Graph(), types, then)
	b, cb := graph.NewFunc(pred.Graph(), types, otherwise)
	return graph.ApplyN(cond{a, b, len(in)}, len(a.Outs()), slices.Concat([]*graph.Node{pred}, in, ca, cb)...)
}

// cond has the operands pred, in, those captured by Then, those captured by Else.
type cond struct {
	Then, Else *graph.Func
	Shared     int
}

func (cond) Name() string            { return "cond" }
func (o cond) Bodies() []*graph.Func { return []*graph.Func{o.Then, o.Else} }

func (o cond) Infer(in []graph.Type) ([]graph.Type, error) {
	if in[0] != graph.T(graph.Bool) {
		return nil, fmt.Errorf("want a condition that is a scalar bool, not %v", in[0])
	}
	if !slices.Equal(o.Then.Types(), o.Else.Types()) {
		return nil, fmt.Errorf("the branches give %v and %v, want equal types", o.Then.Types(), o.Else.Types())
	}
	return o.Then.Types(), nil
}

// branch returns the operands of one branch among those after pred.
func branch[T any](o cond, then bool, in []T) []T {
	split := len(o.Then.Inputs())
	if then {
		return in[:split]
	}
	return slices.Concat(in[:o.Shared], in[split:])
}

func (o cond) Eval(c *graph.Call) error {
	then, k := graph.Data[bool](c.In[0])[0], 1
	if then {
		k = 0
	}
	out, err := c.Body[k](branch(o, then, c.In[1:]))
	for i := range out {
		copy(c.Out[i].Bytes(), out[i].Bytes())
	}
	return err
}

// Batch runs both branches for all rows and selects: rows may take different ones. Where all take the same, it stays a branch.
func (o cond) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	run := func(f *graph.Func, then bool) []*graph.Node {
		return vmap.Flagged(func(x []*graph.Node) []*graph.Node { return f.Inline(x[0].Graph(), x) }, branch(o, then, in[1:]), branch(o, then, mapped[1:]))
	}
	a, b := run(o.Then, true), run(o.Else, false)
	out := make([]*graph.Node, len(a))
	for i := range a {
		pred := in[0]
		if mapped[0] { // [rows] to [rows, 1, …]
			ones := make([]int, a[i].Shape().Rank())
			for k := range ones {
				ones[k] = 1
			}
			ones[0] = pred.Shape().Dim(0)
			pred = ops.Reshape(pred, ones...)
		}
		out[i] = ops.Where(pred, a[i], b[i])
	}
	return out
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
			for i, d := range autodiff.Pull(f.Inline(x[0].Graph(), branch(o, then, x[:len(in)])), cot, x[:len(in)]) {
				if float(in[i]) {
					ds = append(ds, orZero(d, x[i]))
				}
			}
			return ds
		}
	}
	ds := Cond(ys[0].In()[0], back(o.Then, true), back(o.Else, false), all...)
	out := make([]*graph.Node, 1, len(in)+1)
	for _, x := range in {
		if out = append(out, nil); float(x) {
			out[len(out)-1], ds = ds[0], ds[1:]
		}
	}
	return out
}
