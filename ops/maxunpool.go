package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/pool"
)

// maxUnpool(dy, index) adds each element of dy where in its plane MaxPool found it. Run back, it takes the elements there: the two are
// each other's transpose, so that MaxPool has derivatives of every order.
type maxUnpool struct {
	At   windows
	Back bool
}

func (o maxUnpool) Name() string {
	if o.Back {
		return "maxrepool"
	}
	return "maxunpool"
}

func (o maxUnpool) Infer(in []graph.Type) ([]graph.Type, error) {
	x, y := o.At.To, in[0].Shape
	if o.Back {
		x, y = y, x
	}
	if !in[0].Dtype.Float() {
		return nil, wantFloat(in[0])
	}
	if err := wantTypes(in[1:], graph.Type{Dtype: graph.Int32, Shape: y}); err != nil {
		return nil, err
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: o.At.To}}, o.At.check(x, y)
}

func (o maxUnpool) Work(in, _ []graph.Type) graph.Work { return o.At.planes(in[0].Shape) }

func (o maxUnpool) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		unpoolPlanes[float32](o, c)
	} else {
		unpoolPlanes[float64](o, c)
	}
	return nil
}

func unpoolPlanes[T graph.Floating](o maxUnpool, c *graph.Call) {
	in, out, index := graph.Data[T](c.In[0]), graph.Data[T](c.Out[0]), graph.Data[int32](c.In[1])
	if o.Back {
		s := o.At.shape(c.In[0].Type.Shape, o.At.To)
		lo, hi := c.Span(s.N)
		pool.Gather(s, lo, hi, out, in, index)
		return
	}
	s := o.At.shape(o.At.To, c.In[0].Type.Shape)
	lo, hi := c.Span(s.N)
	pool.MaxBackward(s, lo, hi, out, in, index)
}

func (o maxUnpool) VJP(y, dy *graph.Node) []*graph.Node {
	o.Back, o.At.To = !o.Back, y.In()[0].Shape()
	return []*graph.Node{graph.Apply(o, dy, y.In()[1]), nil}
}

func (o maxUnpool) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return foldImages(func(to graph.Shape) graph.Op { o.At.To = to; return o }, 1, o.At.To, in, mapped)
}
