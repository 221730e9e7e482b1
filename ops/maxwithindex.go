package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/reduce"
)

// MaxWithIndex returns the largest element along an axis, which disappears, and its number there, an int32: of equals the first.
// NaN is larger than any number. The cotangent of the value goes to the element it was taken from.
func MaxWithIndex(x *graph.Node, axis int) (values, index *graph.Node) {
	return extremes(x, axis, false)
}

// MinWithIndex returns the smallest element along an axis and its number there; a NaN counts as smallest.
func MinWithIndex(x *graph.Node, axis int) (values, index *graph.Node) {
	return extremes(x, axis, true)
}

// ArgMax returns the number of the largest element along an axis, which disappears: an int32, of equals the first; a NaN counts as
// largest. It has no derivative.
func ArgMax(x *graph.Node, axis int) *graph.Node {
	_, index := extremes(x, axis, false)
	return index
}

// ArgMin returns the number of the smallest element along an axis; a NaN counts as smallest.
func ArgMin(x *graph.Node, axis int) *graph.Node {
	_, index := extremes(x, axis, true)
	return index
}

func extremes(x *graph.Node, axis int, smallest bool) (values, index *graph.Node) {
	if !x.Valid() {
		return x, x
	}
	at, err := x.Shape().Axis(axis)
	if err != nil {
		n := x.Graph().Failf("%s: %s %v: %w", extreme{Smallest: smallest}.Name(), x.Called(), x.Shape(), err)
		return n, n
	}
	r := graph.ApplyN(extreme{at, smallest}, 2, x)
	return r[0], r[1]
}

// extreme has the values and their numbers along Axis as results.
type extreme struct {
	Axis     int
	Smallest bool
}

func (o extreme) Name() string {
	if o.Smallest {
		return "min"
	}
	return "max"
}

func (o extreme) Infer(in []graph.Type) ([]graph.Type, error) {
	s := in[0].Shape
	if d := in[0].Dtype; !d.Float() && !d.Integer() {
		return nil, fmt.Errorf("want numbers, not %v", d)
	}
	if err := onAxis(s, o.Axis); err != nil {
		return nil, err
	}
	if s.Dim(o.Axis) == 0 {
		return nil, fmt.Errorf("there is no %s of no elements", o.Name())
	}
	if err := countable("an axis", s.Dim(o.Axis)); err != nil {
		return nil, err
	}
	s = s.Cut(0, o.Axis).Append(s.Cut(o.Axis+1, s.Rank()))
	return []graph.Type{{Dtype: in[0].Dtype, Shape: s}, {Dtype: graph.Int32, Shape: s}}, nil
}

func (o extreme) Work(in, out []graph.Type) graph.Work {
	return graph.Work{Phases: [3]int{share(out[0].Shape.Size(), 2*in[0].Shape.Dim(o.Axis))}}
}

func (o extreme) Eval(c *graph.Call) error {
	switch c.In[0].Type.Dtype {
	case graph.Float32:
		extremesOf[float32](o, c)
	case graph.Float64:
		extremesOf[float64](o, c)
	case graph.Int32:
		extremesOf[int32](o, c)
	case graph.Int64:
		extremesOf[int64](o, c)
	default:
		extremesOf[uint8](o, c)
	}
	return nil
}

func extremesOf[T reduce.Number](o extreme, c *graph.Call) {
	x, s := graph.Data[T](c.In[0]), c.In[0].Type.Shape
	lo, hi := c.Span(c.Out[0].Len())
	inner := s.Cut(o.Axis+1, s.Rank()).Size()
	reduce.Extreme(o.Smallest, graph.Data[T](c.Out[0]), graph.Data[int32](c.Out[1]), x, lo, hi, s.Dim(o.Axis), inner)
}

func (o extreme) VJPs(ys, dys []*graph.Node) []*graph.Node {
	n, lead := ys[0].In()[0].Shape().Dim(o.Axis), ys[0].Shape().Rank()
	return []*graph.Node{MoveAxis(graph.Apply(scatterAdd{lead, n}, dys[0], ys[1]), -1, o.Axis)}
}

func (o extreme) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	o.Axis++
	return graph.ApplyN(o, 2, in...)
}
