package ops

import "github.com/kedja-ml/kedja/graph"

// test is embedded by pointwise ops that tell which floats have a property.
type test struct{}

func (test) Elementwise()           {}
func (test) Sure([]graph.Type) bool { return true }

func (test) Infer(in []graph.Type) ([]graph.Type, error) {
	if !in[0].Dtype.Float() {
		return nil, wantFloat(in[0])
	}
	return []graph.Type{{Dtype: graph.Bool, Shape: in[0].Shape}}, nil
}

// tested runs one of two loops, by dtype.
func tested(c *graph.Call, f32 func(dst []bool, x []float32), f64 func(dst []bool, x []float64)) error {
	if dst := graph.Data[bool](c.Out[0]); c.In[0].Type.Dtype == graph.Float32 {
		f32(dst, graph.Data[float32](c.In[0]))
	} else {
		f64(dst, graph.Data[float64](c.In[0]))
	}
	return nil
}
