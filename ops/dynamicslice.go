package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// DynamicSlice returns a block of x, of any dtype, whose place is known at run time only: y[i…] = x[s + i…].
//
// starts has a scalar of int32 or int64 for each axis of x, nil standing for 0; sizes has the sizes of the block. A block that would reach
// out of x is moved inside, as XLA does: s = max(0, min(start, size of x − size of y)). The derivative puts the cotangent into zeros with
// DynamicUpdateSlice. A place that is known when the graph is built is for Slice, a view.
func DynamicSlice(x *graph.Node, starts []*graph.Node, sizes ...int) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	if len(starts) != s.Rank() || len(sizes) != s.Rank() {
		return x.Graph().Failf("dynamicslice: %s %v: want a start and a size for each axis, not %d and %d", x.Called(), s, len(starts), len(sizes))
	}
	axes, at := moving(x, starts, sizes)
	if len(axes) == 0 {
		return x
	}
	cut := make([]int, len(axes))
	for i, a := range axes {
		cut[i] = sizes[a]
	}
	return graph.Apply(dynamicSlice{Axes: graph.Of(axes...), Sizes: graph.Of(cut...)}, append([]*graph.Node{x}, at...)...)
}

// DynamicSliceAxis is DynamicSlice along one axis: n elements from start on.
func DynamicSliceAxis(x *graph.Node, axis int, start *graph.Node, n int) *graph.Node {
	if !x.Valid() {
		return x
	}
	a, err := x.Shape().Axis(axis)
	if err != nil {
		return x.Graph().Failf("dynamicslice: %s %v: %w", x.Called(), x.Shape(), err)
	}
	return graph.Apply(dynamicSlice{Axes: graph.Of(a), Sizes: graph.Of(n)}, x, start)
}

// dynamicSlice has a start for each of Axes as operands after the first, and the block's Sizes along them. The first Lead axes are a batch:
// starts have them, too.
type dynamicSlice struct {
	Lead        int
	Axes, Sizes graph.Shape
}

func (dynamicSlice) Name() string { return "dynamicslice" }

func (o dynamicSlice) Infer(in []graph.Type) ([]graph.Type, error) {
	y := in[0]
	if err := wantAxes(y.Shape, o.Lead, o.Axes, len(in)-1); err != nil {
		return nil, err
	}
	for i, a := range o.Axes.Dims() {
		n, size := o.Sizes.Dim(i), y.Shape.Dim(a)
		if n < 0 || n > size {
			return nil, fmt.Errorf("no %d elements on axis %d of %v", n, a, in[0].Shape)
		}
		y.Shape = y.Shape.WithDim(a, n)
	}
	return []graph.Type{y}, wantStarts(in[1:], in[0].Shape.Cut(0, o.Lead))
}

func (dynamicSlice) Work(_, out []graph.Type) graph.Work {
	return graph.Work{Phases: [3]int{share(out[0].Shape.Size(), 1)}}
}

func (o dynamicSlice) Eval(c *graph.Call) error {
	lo, hi := c.Span(c.Out[0].Len())
	return cutOut(c.Out[0], c.In[0], o.Lead, o.Axes, c.In[1:], lo, hi)
}

func (o dynamicSlice) VJP(y, dy *graph.Node) []*graph.Node {
	in := append([]*graph.Node{Like(0, y.In()[0]), dy}, y.In()[1:]...)
	return append([]*graph.Node{graph.Apply(dynamicUpdateSlice{o.Lead, o.Axes}, in...)}, make([]*graph.Node, len(in)-2)...)
}

func (o dynamicSlice) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	o.Lead, o.Axes, in = batched(o.Lead, o.Axes, 1, in, mapped)
	return []*graph.Node{graph.Apply(o, in...)}
}
