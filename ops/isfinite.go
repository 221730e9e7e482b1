package ops

import "github.com/kedja-ml/kedja/graph"

// IsFinite tells which elements of x, which has a float dtype, are neither infinite nor NaN. The result is Bool and has no derivative.
func IsFinite(x *graph.Node) *graph.Node { return graph.Apply(isFinite{}, x) }

type isFinite struct{}

func (isFinite) Elementwise()           {}
func (isFinite) Sure([]graph.Type) bool { return true }
func (isFinite) Name() string           { return "isfinite" }

func (isFinite) Infer(in []graph.Type) ([]graph.Type, error) {
	if !in[0].Dtype.Float() {
		return nil, wantFloat(in[0])
	}
	return []graph.Type{{Dtype: graph.Bool, Shape: in[0].Shape}}, nil
}

func (isFinite) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		finite(graph.Data[bool](c.Out[0]), graph.Data[float32](c.In[0]))
	} else {
		finite(graph.Data[bool](c.Out[0]), graph.Data[float64](c.In[0]))
	}
	return nil
}

func finite[T graph.Floating](dst []bool, x []T) {
	for i, v := range x {
		dst[i] = v-v == 0 // ∞ − ∞ is NaN
	}
}

func isFiniteInfo() Info {
	return Info{Name: "IsFinite", Cases: unaryCases(IsFinite, Real), Bad: unaryBad(IsFinite)}
}
