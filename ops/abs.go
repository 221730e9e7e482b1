package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Abs returns |x| of each element of x, which holds numbers: ∂y/∂x = sign x, 0 at the kink. Of integers, the smallest one has no
// opposite and stays as it is. At NaN the derivative is NaN, where PyTorch has 0.
func Abs(x *graph.Node) *graph.Node { return graph.Apply(abs{}, x) }

type abs struct{ numeric }

func (abs) Name() string { return "abs" }

func (abs) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype.Integer() {
		return unaryInt(c, absInt[int32], absInt[int64], absInt[uint8])
	}
	return unary(c, vec.Abs[float32], vec.Abs[float64])
}

func absInt[T integer](dst, x []T) {
	for i, v := range x {
		if dst[i] = v; v < 0 {
			dst[i] = -v
		}
	}
}

func (abs) Partial(y *graph.Node, _ int) *graph.Node { return Sign(y.In()[0]) }

func absInfo() Info {
	return withIntegers(Info{Name: "Abs", Order: 4, Cases: unaryCases(Abs, Nonzero), Bad: unaryBad(Abs)})
}
