package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Scale returns a·x for a constant a, which takes the dtype of x: ∂y/∂x = a.
func Scale(a float64, x *graph.Node) *graph.Node { return graph.Apply(scale{By: a}, x) }

type scale struct {
	float
	By float64
}

func (scale) Name() string { return "scale" }

func (o scale) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		vec.Scale(graph.Data[float32](c.Out[0]), graph.Data[float32](c.In[0]), float32(o.By))
	} else {
		vec.Scale(graph.Data[float64](c.Out[0]), graph.Data[float64](c.In[0]), o.By)
	}
	return nil
}

func (o scale) VJP(_, dy *graph.Node) []*graph.Node { return []*graph.Node{Scale(o.By, dy)} }

// SumOver scales the sum.
func (o scale) SumOver(n *graph.Node, _, sum func(x *graph.Node) *graph.Node) *graph.Node {
	return Scale(o.By, sum(n.In()[0]))
}

// Simplify drops a factor of one.
func (o scale) Simplify(n *graph.Node) *graph.Node {
	if o.By == 1 {
		return n.In()[0]
	}
	return nil
}

func scaleInfo() Info {
	f := func(x *graph.Node) *graph.Node { return Scale(-2.5, x) }
	return Info{Name: "Scale", Order: 4, Cases: unaryCases(f, Real), Bad: unaryBad(f)}
}
