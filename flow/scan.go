// Package flow holds the ops that run bodies: loops and branches. Their derivatives are loops and branches over
// differentiated bodies, so the package sits above autodiff, and no engine knows its ops.
package flow

import (
	"errors"
	"slices"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// A Step maps the state and one row of each sequence to the next state and one row of each result.
type Step func(state, x []*graph.Node) (next, y []*graph.Node)

// Scan runs f over the rows of xs, one after the other. It returns the last state and the stacked results.
func Scan(init, xs []*graph.Node, f Step) (final, ys []*graph.Node) {
	return run(false, init, xs, f)
}

func run(reverse bool, init, xs []*graph.Node, f Step) (final, ys []*graph.Node) {
	in := slices.Concat(init, xs)
	g, s := in[0].Graph(), len(init)
	types := make([]graph.Type, len(in))
	for i, x := range in {
		if types[i] = x.Type(); i >= s {
			types[i].Shape = x.Shape().Cut(1, graph.MaxRank)
		}
	}
	body, captured := graph.NewFunc(g, types, func(in []*graph.Node) []*graph.Node {
		next, y := f(in[:s], in[s:])
		return append(slices.Clone(next), y...)
	})
	for _, c := range captured {
		if r, ok := c.Op().(graph.Read); ok && r.Var == graph.Var(g.RNG()) {
			g.Fail(0, errors.New("scan: a draw in a loop body repeats in each step; draw before, and scan over the draws"))
		}
	}
	n := 0
	if len(xs) > 0 {
		n = xs[0].Shape().Dim(0)
	}
	outs := max(s, len(body.Outs())) // fewer are refused by Infer
	r := graph.ApplyN(scan{body, s, len(xs), n, reverse}, outs+s, append(in, captured...)...)
	return r[:s], r[s:outs]
}

// scan has the operands init, xs, captured and the results final, ys, trace. The trace holds the state before each
// step: it is the residual of the backward loop, and as a result it has a derivative like any other.
type scan struct {
	Body              *graph.Func
	States, Xs, Steps int
	Reverse           bool
}

func (scan) Name() string            { return "scan" }
func (o scan) Bodies() []*graph.Func { return []*graph.Func{o.Body} }

func (o scan) Infer(in []graph.Type) ([]graph.Type, error) {
	out := o.Body.Types()
	if len(out) < o.States || !slices.Equal(out[:o.States], in[:o.States]) {
		return nil, errors.New("the next state must have the types of the state")
	}
	if o.Xs == 0 {
		return nil, errors.New("want a sequence to scan over")
	}
	for _, x := range in[o.States : o.States+o.Xs] {
		if x.Shape.Rank() == 0 || x.Shape.Dim(0) != o.Steps {
			return nil, errors.New("sequences differ in length")
		}
	}
	for _, t := range append(out[o.States:], in[:o.States]...) {
		out = append(out, graph.Type{Dtype: t.Dtype, Shape: t.Shape.Lead(o.Steps)})
	}
	return append(out[:o.States:o.States], out[len(o.Body.Outs()):]...), nil
}

func (o scan) Eval(c *graph.Call) error {
	state, ys := c.Out[:o.States], c.Out[o.States:]
	trace := ys[len(ys)-o.States:]
	for i, s := range state {
		copy(s.Bytes(), c.In[i].Bytes())
	}
	in := slices.Clone(c.In) // not the body's own results: it would overwrite them while reading
	copy(in, state)
	for i := range o.Steps {
		if o.Reverse {
			i = o.Steps - 1 - i
		}
		for j, s := range state {
			row := rowOf(trace[j], i)
			copy(row.Bytes(), s.Bytes())
		}
		for j, x := range c.In[o.States : o.States+o.Xs] {
			in[o.States+j] = rowOf(x, i)
		}
		out, err := c.Body[0](in)
		if err != nil {
			return err
		}
		for j, r := range out {
			if j < o.States {
				copy(state[j].Bytes(), r.Bytes())
			} else {
				row := rowOf(ys[j-o.States], i)
				copy(row.Bytes(), r.Bytes())
			}
		}
	}
	return nil
}

// rowOf is row i of b, in its memory.
func rowOf(b graph.Buffer, i int) graph.Buffer {
	s := b.Type.Shape.Cut(1, graph.MaxRank)
	n := s.Size()
	return b.Part(i*n, (i+1)*n).As(s)
}

// Batch scans with a body that is mapped over rows: every state, sequence and captured value gets them, behind the axis of the steps.
func (o scan) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	all := ops.Align(in, mapped)
	sx := o.States + o.Xs
	swap := func(x *graph.Node) *graph.Node {
		order := []int{1, 0}
		for i := 2; i < x.Shape().Rank(); i++ {
			order = append(order, i)
		}
		return ops.Transpose(x, order...)
	}
	xs := make([]*graph.Node, o.Xs)
	for i := range xs {
		xs[i] = swap(all[o.States+i])
	}
	outs := len(o.Body.Outs())
	final, ys := run(o.Reverse, all[:o.States], append(xs, o.count(all[0].Graph())), func(s, x []*graph.Node) (next, y []*graph.Node) {
		step := slices.Concat(s, x[:o.Xs], all[sx:])
		r := vmap.Map(func(in []*graph.Node) []*graph.Node { return o.Body.Inline(in[0].Graph(), in) }, step...)
		return r[:o.States], append(slices.Clone(r[o.States:]), s...) // the trace, as a result of each step
	})
	out := slices.Clone(final)
	for _, y := range ys[:outs] {
		out = append(out, swap(y))
	}
	return out
}

// count is a sequence of the right length, so that a loop without one can be batched.
func (o scan) count(g *graph.Graph) *graph.Node { return g.Fill(0, graph.T(graph.Bool, o.Steps)) }

func float(n *graph.Node) bool { return n.Dtype().Float() }

func orZero(d, like *graph.Node) *graph.Node {
	if d == nil {
		return ops.Like(0, like)
	}
	return d
}

// VJPs runs the loop the other way. Its state is the cotangent of the state and, so far, of what was captured.
func (o scan) VJPs(ys, dys []*graph.Node) []*graph.Node {
	in, s, sx, outs := ys[0].In(), o.States, o.States+o.Xs, len(o.Body.Outs())
	operands := slices.Concat(ys[outs:], in[s:sx]) // of each step; cotangents that are there follow
	for _, d := range dys[s:] {
		if d != nil {
			operands = append(operands, d)
		}
	}
	var init []*graph.Node
	for i, x := range in {
		if float(x) && (i < s || i >= sx) {
			var d *graph.Node
			if i < s {
				d = dys[i]
			}
			init = append(init, orZero(d, x))
		}
	}
	final, dxs := run(!o.Reverse, init, operands, func(acc, x []*graph.Node) (next, dx []*graph.Node) {
		step := slices.Concat(x[:sx], in[sx:])
		r := o.Body.Inline(x[0].Graph(), step)
		cot, rest, k := make([]*graph.Node, outs+s), x[sx:], 0
		for i := range cot {
			if i < s && float(in[i]) {
				cot[i], k = acc[k], k+1
			} else if i >= s && dys[i] != nil {
				cot[i], rest = rest[0], rest[1:]
			}
		}
		ds := autodiff.Pull(r, cot[:outs], step)
		for i, d := range ds {
			switch {
			case !float(step[i]):
			case i < s:
				if d = orZero(d, step[i]); cot[outs+i] != nil {
					d = ops.Add(d, cot[outs+i])
				}
				next = append(next, d)
			case i < sx:
				dx = append(dx, orZero(d, step[i]))
			default:
				if next = append(next, acc[k]); d != nil {
					next[k] = ops.Add(acc[k], d)
				}
				k++
			}
		}
		return next, dx
	})
	out := make([]*graph.Node, len(in))
	for i, x := range in {
		switch {
		case !float(x):
		case i >= s && i < sx:
			out[i], dxs = dxs[0], dxs[1:]
		default:
			out[i], final = final[0], final[1:]
		}
	}
	return out
}
