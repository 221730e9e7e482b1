package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/pool"
)

// MaxPool returns the largest element of each window of each channel. NaN is larger than any number, padding never wins, and
// of equal elements the first in row-major order gets the cotangent.
//
//	x [N, C, spatial…]    y [N, C, spatial…]
//	y[n, c, o] = max over r of x[n, c, o·stride + r·dilation − pad]
//
// Spatial sizes become ⌊(size + pads − (window − 1)·dilation − 1)/stride⌋ + 1. A window that sees nothing but padding is an error.
func MaxPool(x *graph.Node, a Pooling) *graph.Node {
	y, _ := MaxPoolWithIndex(x, a)
	return y
}

// MaxPoolWithIndex is MaxPool with the flat place of each largest element in its plane, an int32.
func MaxPoolWithIndex(x *graph.Node, a Pooling) (values, index *graph.Node) {
	if !x.Valid() {
		return x, x
	}
	w, err := a.windows(x.Shape())
	if err != nil {
		n := x.Graph().Failf("maxpool: %s %v: %w", x.Called(), x.Shape(), err)
		return n, n
	}
	r := graph.ApplyN(maxPool{w}, 2, x)
	return r[0], r[1]
}

// maxPool has a second result: where in its plane each element came from.
type maxPool struct{ At windows }

func (maxPool) Name() string { return "maxpool" }

func (o maxPool) Infer(in []graph.Type) ([]graph.Type, error) {
	if !in[0].Dtype.Float() {
		return nil, wantFloat(in[0])
	}
	if err := countable("a plane", in[0].Shape.Cut(2, graph.MaxRank).Size()); err != nil {
		return nil, err
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: o.At.To}, {Dtype: graph.Int32, Shape: o.At.To}}, o.At.check(in[0].Shape, o.At.To)
}

func (o maxPool) Work(in, _ []graph.Type) graph.Work { return o.At.planes(in[0].Shape) }

func (o maxPool) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		maxPlanes[float32](o, c)
	} else {
		maxPlanes[float64](o, c)
	}
	return nil
}

func maxPlanes[T graph.Floating](o maxPool, c *graph.Call) {
	s := o.At.shape(c.In[0].Type.Shape, o.At.To)
	lo, hi := c.Span(s.N)
	pool.MaxForward(s, lo, hi, graph.Data[T](c.Out[0]), graph.Data[int32](c.Out[1]), graph.Data[T](c.In[0]))
}

func (o maxPool) VJPs(ys, dys []*graph.Node) []*graph.Node {
	o.At.To = ys[0].In()[0].Shape()
	return []*graph.Node{graph.Apply(maxUnpool{At: o.At}, dys[0], ys[1])}
}

func (o maxPool) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return foldImages(func(to graph.Shape) graph.Op { o.At.To = to; return o }, 2, o.At.To, in, mapped)
}
