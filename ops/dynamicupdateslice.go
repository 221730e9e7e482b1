package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/strided"
)

// DynamicUpdateSlice returns x with the block u written over it, at a place that is known at run time only: y[s + i…] = u[i…].
//
//	∂x = ∂y with zeros in place of the block        ∂u = DynamicSlice(∂y)
//
// x and u have one dtype, any, and one rank. starts has a scalar of int32 or int64 for each axis, nil standing for 0. A block that would
// reach out of x is moved inside, as XLA does: s = max(0, min(start, size of x − size of u)). It is how a cache of keys and values is written.
func DynamicUpdateSlice(x, u *graph.Node, starts []*graph.Node) *graph.Node {
	if !x.Valid() || !u.Valid() {
		return graph.Apply(dynamicUpdateSlice{}, x, u)
	}
	s, t := x.Shape(), u.Shape()
	if len(starts) != s.Rank() || t.Rank() != s.Rank() {
		return x.Graph().Failf("dynamicupdateslice: %s %v, %s %v: want a start for each axis of both, not %d", x.Called(), s, u.Called(), t, len(starts))
	}
	axes, at := moving(x, starts, t.Dims())
	if len(axes) == 0 && x.Dtype() == u.Dtype() {
		return u
	}
	return graph.Apply(dynamicUpdateSlice{Axes: graph.Of(axes...)}, append([]*graph.Node{x, u}, at...)...)
}

// DynamicUpdateSliceAxis is DynamicUpdateSlice along one axis, from start on; all other sizes of x and u are equal.
func DynamicUpdateSliceAxis(x, u *graph.Node, axis int, start *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	a, err := x.Shape().Axis(axis)
	if err != nil {
		return x.Graph().Failf("dynamicupdateslice: %s %v: %w", x.Called(), x.Shape(), err)
	}
	return graph.Apply(dynamicUpdateSlice{Axes: graph.Of(a)}, x, u, start)
}

// dynamicUpdateSlice has a start for each of Axes as operands after the first two. The first Lead axes are a batch.
type dynamicUpdateSlice struct {
	Lead int
	Axes graph.Shape
}

func (dynamicUpdateSlice) Name() string { return "dynamicupdateslice" }

func (o dynamicUpdateSlice) Infer(in []graph.Type) ([]graph.Type, error) {
	x, u := in[0], in[1]
	if x.Dtype != u.Dtype {
		return nil, fmt.Errorf("dtypes %v and %v differ; ops.Cast converts", x.Dtype, u.Dtype)
	}
	if err := wantAxes(x.Shape, o.Lead, o.Axes, len(in)-2); err != nil {
		return nil, err
	}
	fits := x.Shape.Rank() == u.Shape.Rank()
	rest := x.Shape
	for _, a := range o.Axes.Dims() {
		fits = fits && u.Shape.Dim(a) <= x.Shape.Dim(a)
		rest = rest.WithDim(a, u.Shape.Dim(a))
	}
	if !fits || rest != u.Shape {
		return nil, fmt.Errorf("a block %v does not fit in %v along axes %v", u.Shape, x.Shape, o.Axes)
	}
	return in[:1], wantStarts(in[2:], x.Shape.Cut(0, o.Lead))
}

func (dynamicUpdateSlice) Work(in, _ []graph.Type) graph.Work {
	return graph.Work{Phases: [3]int{share(in[0].Shape.Size(), 1), share(in[1].Shape.Size(), 1)}}
}

// Eval copies x, if it does not lie there already, and then writes u over it.
func (o dynamicUpdateSlice) Eval(c *graph.Call) error {
	x, u, y := c.In[0], c.In[1], c.Out[0]
	if c.Phase == 0 {
		if lo, hi := c.Span(x.Len() * x.Type.Dtype.Size()); x.Pointer() != y.Pointer() {
			copy(y.Bytes()[lo:hi], x.Bytes()[lo:hi])
		}
		return nil
	}
	lo, hi := c.Span(u.Len())
	for lo < hi {
		w, from, n := block(o.Lead, o.Axes, x.Type.Shape, u.Type.Shape, c.In[2:], lo)
		k := min(hi-lo, n-from)
		strided.Store(y.Pointer(), u.Part(lo, lo+k).Pointer(), u.Type.Dtype.Size(), w, from, from+k)
		lo += k
	}
	return nil
}

// Part is the block that u is written over.
func (o dynamicUpdateSlice) Part(c *graph.Call) error {
	return cutOut(c.Out[0], c.In[0], o.Lead, o.Axes, c.In[2:], 0, c.Out[0].Len())
}

func (o dynamicUpdateSlice) VJP(y, dy *graph.Node) []*graph.Node {
	u, starts := y.In()[1], y.In()[2:]
	cut := make([]int, len(starts))
	for i, a := range o.Axes.Dims() {
		cut[i] = u.Shape().Dim(a)
	}
	du := graph.Apply(dynamicSlice{o.Lead, o.Axes, graph.Of(cut...)}, append([]*graph.Node{dy}, starts...)...)
	dx := graph.Apply(o, append([]*graph.Node{dy, Like(0, u)}, starts...)...) // later, so that it may be written over dy
	return append([]*graph.Node{dx, du}, make([]*graph.Node, len(starts))...)
}

func (o dynamicUpdateSlice) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	o.Lead, o.Axes, in = batched(o.Lead, o.Axes, 2, in, mapped)
	return []*graph.Node{graph.Apply(o, in...)}
}
