package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/pool"
)

// AvgPool returns the mean of each window of each channel. Padding counts as zeros unless SkipPadding is set. It is linear, and its
// transpose is of the same family.
//
//	x [N, C, spatial…]    y [N, C, spatial…]
//	y[n, c, o] = mean over r of x[n, c, o·stride + r·dilation − pad]
//
// Spatial sizes are those of MaxPool. A window that sees nothing but padding is an error.
func AvgPool(x *graph.Node, a Pooling) *graph.Node {
	if !x.Valid() {
		return x
	}
	w, err := a.windows(x.Shape())
	if err != nil {
		return x.Graph().Failf("avgpool: %s %v: %w", x.Called(), x.Shape(), err)
	}
	return graph.Apply(avgPool{At: w, Padded: !a.SkipPadding}, x)
}

type avgPool struct {
	At     windows
	Padded bool // padding counts
	Back   bool // the transpose
}

func (avgPool) Name() string { return "avgpool" }

func (o avgPool) Infer(in []graph.Type) ([]graph.Type, error) {
	if !in[0].Dtype.Float() {
		return nil, wantFloat(in[0])
	}
	x, y := in[0].Shape, o.At.To
	if o.Back {
		x, y = y, x
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: o.At.To}}, o.At.check(x, y)
}

func (o avgPool) Work(in, _ []graph.Type) graph.Work { return o.At.planes(in[0].Shape) }

func (o avgPool) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		averages[float32](o, c)
	} else {
		averages[float64](o, c)
	}
	return nil
}

func averages[T graph.Floating](o avgPool, c *graph.Call) {
	in, out := graph.Data[T](c.In[0]), graph.Data[T](c.Out[0])
	if o.Back {
		s := o.At.shape(o.At.To, c.In[0].Type.Shape)
		lo, hi := c.Span(s.N)
		pool.AvgBackward(s, lo, hi, out, in, o.Padded)
		return
	}
	s := o.At.shape(c.In[0].Type.Shape, o.At.To)
	lo, hi := c.Span(s.N)
	pool.AvgForward(s, lo, hi, out, in, o.Padded)
}

func (o avgPool) VJP(y, dy *graph.Node) []*graph.Node {
	o.Back, o.At.To = !o.Back, y.In()[0].Shape()
	return []*graph.Node{graph.Apply(o, dy)}
}

func (o avgPool) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return foldImages(func(to graph.Shape) graph.Op { o.At.To = to; return o }, 1, o.At.To, in, mapped)
}
