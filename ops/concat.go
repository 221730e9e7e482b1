package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/strided"
)

// Concat joins arrays along an axis; all other sizes, and the dtypes, must be equal. Its derivative cuts the cotangent apart.
// There must be at least one array.
func Concat(axis int, xs ...*graph.Node) *graph.Node {
	for _, x := range xs {
		if !x.Valid() {
			return x
		}
	}
	at := 0
	if len(xs) > 0 {
		var err error
		if at, err = xs[0].Shape().Axis(axis); err != nil {
			return xs[0].Graph().Failf("concat: %s %v: %w", xs[0].Called(), xs[0].Shape(), err)
		}
	}
	if len(xs) == 1 {
		return xs[0]
	}
	return graph.Apply(concat{at}, xs...)
}

// Stack joins arrays of one shape along a new axis, which is number axis of the result.
func Stack(axis int, xs ...*graph.Node) *graph.Node {
	rows := make([]*graph.Node, len(xs))
	for i, x := range xs {
		if rows[i] = Unsqueeze(x, axis); !rows[i].Valid() {
			return rows[i]
		}
		if x.Shape() != xs[0].Shape() {
			return x.Graph().Failf("stack: shapes %v and %v differ", xs[0].Shape(), x.Shape())
		}
	}
	return Concat(axis, rows...)
}

type concat struct{ Axis int }

func (concat) Name() string { return "concat" }

func (o concat) Infer(in []graph.Type) ([]graph.Type, error) {
	n := 0
	if err := onAxis(in[0].Shape, o.Axis); err != nil {
		return nil, err
	}
	for _, t := range in {
		if t.Dtype != in[0].Dtype {
			return nil, fmt.Errorf("dtypes %v and %v differ; ops.Cast converts", in[0].Dtype, t.Dtype)
		}
		if t.Shape.Rank() != in[0].Shape.Rank() || t.Shape.WithDim(o.Axis, 0) != in[0].Shape.WithDim(o.Axis, 0) {
			return nil, fmt.Errorf("shapes %v and %v differ beside axis %d", in[0].Shape, t.Shape, o.Axis)
		}
		n += t.Shape.Dim(o.Axis)
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: in[0].Shape.WithDim(o.Axis, n)}}, nil
}

func (o concat) Work(_, out []graph.Type) graph.Work {
	return graph.Work{Phases: [3]int{share(out[0].Shape.Size(), 1)}}
}

// Eval writes a share of each operand.
func (o concat) Eval(c *graph.Call) error {
	at := 0
	for _, x := range c.In {
		s := x.Type.Shape
		outer, n, inner := s.Cut(0, o.Axis).Size(), s.Dim(o.Axis), s.Cut(o.Axis+1, s.Rank()).Size()
		w := strided.Walk{Rank: 2, Dims: [8]int{outer, n * inner}, Strides: [8]int{c.Out[0].Type.Shape.Dim(o.Axis) * inner, 1}, Offset: at * inner}
		lo, hi := c.Span(x.Len())
		store(c.Out[0], x, w, lo, hi)
		at += n
	}
	return nil
}

func (o concat) VJP(y, dy *graph.Node) []*graph.Node {
	out, at := make([]*graph.Node, len(y.In())), 0
	for i, x := range y.In() {
		n := x.Shape().Dim(o.Axis)
		out[i] = Slice(dy, o.Axis, at, n)
		at += n
	}
	return out
}

func (o concat) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{Concat(o.Axis+1, Align(in, mapped)...)}
}
