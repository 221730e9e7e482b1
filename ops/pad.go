package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/strided"
)

// Pad puts before and after zeros around x along an axis; its derivative is the slice between them. x may be of any dtype.
func Pad(x *graph.Node, axis, before, after int) *graph.Node {
	return PadWith(x, axis, before, after, 0)
}

// PadWith is Pad with another value, which is converted to the dtype of x as a Fill is.
func PadWith(x *graph.Node, axis, before, after int, value float64) *graph.Node {
	if !x.Valid() {
		return x
	}
	a, err := x.Shape().Axis(axis)
	if err == nil && (before < 0 || after < 0) {
		err = fmt.Errorf("want no negative padding, not %d and %d", before, after)
	}
	if err != nil {
		return x.Graph().Failf("pad: %s %v: %w", x.Called(), x.Shape(), err)
	}
	if before == 0 && after == 0 {
		return x
	}
	return graph.Apply(pad{Axis: a, At: before, Step: 1, N: before + x.Shape().Dim(a) + after, Value: value}, x)
}

// pad writes x along Axis into N elements of Value, at At, At + Step, …: with zeros it is the transpose of slice.
type pad struct {
	Axis, At, Step, N int
	Value             float64
}

func (pad) Name() string { return "pad" }

func (o pad) Infer(in []graph.Type) ([]graph.Type, error) {
	n := in[0].Shape.Dim(o.Axis)
	if err := onAxis(in[0].Shape, o.Axis); err != nil {
		return nil, err
	}
	if !(slice{At: o.At, N: n, Step: o.Step}).inside(o.N) {
		return nil, fmt.Errorf("no room for %d elements from %d by steps of %d in %d", n, o.At, o.Step, o.N)
	}
	if in[0].Dtype > graph.Bool {
		return nil, fmt.Errorf("want a dtype to compute with, not %v", in[0].Dtype)
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: in[0].Shape.WithDim(o.Axis, o.N)}}, nil
}

// Work shares out the indices before the axis.
func (o pad) Work(_, out []graph.Type) graph.Work {
	outer := out[0].Shape.Cut(0, o.Axis).Size()
	return graph.Work{Phases: [3]int{share(outer, out[0].Shape.Size()/max(1, outer))}}
}

func (o pad) Eval(c *graph.Call) error {
	x, y, s := c.In[0], c.Out[0], c.In[0].Type.Shape
	lo, hi := c.Span(s.Cut(0, o.Axis).Size())
	inner := s.Cut(o.Axis+1, s.Rank()).Size()
	row, from := o.N*inner, s.Dim(o.Axis)*inner
	part := y.Part(lo*row, hi*row)
	if err := (graph.Fill{Value: o.Value}).Eval(&graph.Call{Out: []graph.Buffer{part}}); err != nil {
		return err
	}
	w := strided.Walk{Rank: 3, Dims: [8]int{s.Cut(0, o.Axis).Size(), s.Dim(o.Axis), inner}, Strides: [8]int{row, o.Step * inner, 1}, Offset: o.At * inner}
	store(y, x, w, lo*from, hi*from)
	return nil
}

// store writes elements lo to hi−1 of x to their places in y.
func store(y, x graph.Buffer, w strided.Walk, lo, hi int) {
	if lo < hi {
		strided.Store(y.Pointer(), x.Part(lo, hi).Pointer(), x.Type.Dtype.Size(), w.Merge(), lo, hi)
	}
}

func (o pad) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{SliceStep(dy, o.Axis, o.At, y.In()[0].Shape().Dim(o.Axis), o.Step)}
}

func (o pad) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	o.Axis++
	return []*graph.Node{graph.Apply(o, in[0])}
}

func padInfo() Info {
	info := Info{Name: "Pad", Order: 4, Bad: []Bad{
		{"no negative padding, not -1 and 1", func(g *graph.Graph) { Pad(g.Input("x", graph.Float32, 3), 0, -1, 1) }},
		{"no axis 1 in [3]", func(g *graph.Graph) { Pad(g.Input("x", graph.Float32, 3), 1, 0, 1) }},
		{"not float16", func(g *graph.Graph) { Pad(g.Input("x", graph.Float16, 3), 0, 0, 1) }},
		{"no room for 3 elements from 1 by steps of 2 in 5", func(g *graph.Graph) {
			graph.Apply(pad{At: 1, Step: 2, N: 5}, g.Input("x", graph.Float32, 3))
		}},
	}}
	for _, s := range shapes {
		for a := range s {
			info.Cases = append(info.Cases, Case{fmt.Sprint(s, " along ", a), []Operand{{Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Pad(Square(in[0]), a, a+1, 2), PadWith(in[0], -1, 0, 1, -0.5)}
			}})
		}
	}
	return info
}
