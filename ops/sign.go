package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Sign returns −1, 0 or 1 for each element of x, which holds numbers; ±0 stays as it is, and so does NaN, of which PyTorch makes 0. The
// derivative is 0 where there is one, and by convention at the jump, so that no cotangent flows.
func Sign(x *graph.Node) *graph.Node { return graph.Apply(sign{}, x) }

type sign struct{ numeric }

func (sign) Name() string { return "sign" }

func (sign) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype.Integer() {
		return unaryInt(c, signInt[int32], signInt[int64], signInt[uint8])
	}
	return unary(c, vec.Sign[float32], vec.Sign[float64])
}

func signInt[T integer](dst, x []T) {
	one := T(1) // a constant −1 would be no uint8
	for i, v := range x {
		switch {
		case v > 0:
			dst[i] = one
		case v < 0:
			dst[i] = -one
		default:
			dst[i] = 0
		}
	}
}

func (sign) VJP(_, _ *graph.Node) []*graph.Node { return []*graph.Node{nil} }

func signInfo() Info {
	return withIntegers(Info{Name: "Sign", Order: 4, Cases: unaryCases(Sign, Nonzero), Bad: unaryBad(Sign)})
}
