package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Affine returns a·x + b for constants a and b: ∂y/∂x = a. The constants take the dtype of x; a zero b is not added, so
// that −0 stays −0.
func Affine(a float64, x *graph.Node, b float64) *graph.Node {
	if b == 0 {
		return Scale(a, x)
	}
	return graph.Apply(affine{A: a, B: b}, x)
}

// Offset returns x + b for a constant b.
func Offset(x *graph.Node, b float64) *graph.Node { return Affine(1, x, b) }

type affine struct {
	float
	A, B float64
}

func (affine) Name() string { return "affine" }

func (o affine) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		vec.Affine(graph.Data[float32](c.Out[0]), graph.Data[float32](c.In[0]), float32(o.A), float32(o.B))
	} else {
		vec.Affine(graph.Data[float64](c.Out[0]), graph.Data[float64](c.In[0]), o.A, o.B)
	}
	return nil
}

func (o affine) VJP(_, dy *graph.Node) []*graph.Node { return []*graph.Node{Scale(o.A, dy)} }

func affineInfo() Info {
	f := func(x *graph.Node) *graph.Node { return Affine(-1.5, x, 0.25) }
	return Info{Name: "Affine", Order: 4, Cases: unaryCases(f, Real), Bad: unaryBad(f)}
}
