package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// comparison is embedded by ops that compare two operands of one computing dtype. NaN is unequal to everything, itself included, and
// neither less nor greater; false < true. The result is Bool and has no derivative.
type comparison struct{}

func (comparison) Elementwise()           {}
func (comparison) Sure([]graph.Type) bool { return true }

func (comparison) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := alike(in); err != nil {
		return nil, err
	}
	if in[0].Dtype > graph.Bool {
		return nil, fmt.Errorf("want numbers or bools, not %v", in[0].Dtype)
	}
	return []graph.Type{{Dtype: graph.Bool, Shape: in[0].Shape}}, nil
}

// compare runs the loop for the dtype.
func compare(
	c *graph.Call, f32 func(dst []bool, a, b []float32), f64 func(dst []bool, a, b []float64), i32 func(dst []bool, a, b []int32),
	i64 func(dst []bool, a, b []int64), u8 func(dst []bool, a, b []uint8),
) error {
	dst := graph.Data[bool](c.Out[0])
	switch c.In[0].Type.Dtype {
	case graph.Float32:
		f32(dst, graph.Data[float32](c.In[0]), graph.Data[float32](c.In[1]))
	case graph.Float64:
		f64(dst, graph.Data[float64](c.In[0]), graph.Data[float64](c.In[1]))
	case graph.Int32:
		i32(dst, graph.Data[int32](c.In[0]), graph.Data[int32](c.In[1]))
	case graph.Int64:
		i64(dst, graph.Data[int64](c.In[0]), graph.Data[int64](c.In[1]))
	default: // bools are the bytes 0 and 1
		u8(dst, c.In[0].Bytes(), c.In[1].Bytes())
	}
	return nil
}

func comparisonCases(f func(a, b *graph.Node) *graph.Node) []Case {
	cs := binaryCases(f, Real, Real)
	for i, c := range cs {
		if d := graph.Dtype(i % 6); d >= graph.Int32 { // with ties
			for j := range c.In {
				c.In[j].Dtype, c.In[j].Draw = d, Index(2)
			}
		}
	}
	return cs
}

func comparisonBad(f func(a, b *graph.Node) *graph.Node) []Bad {
	return []Bad{
		{"do not broadcast", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2, 3), g.Input("y", graph.Float32, 4)) }},
		{"differ; ops.Cast converts", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2), g.Input("y", graph.Int32, 2)) }},
		{"want numbers or bools, not float16", func(g *graph.Graph) {
			f(g.Input("x", graph.Float16, 2), g.Input("y", graph.Float16, 2))
		}},
	}
}
