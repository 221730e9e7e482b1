package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Minimum returns the smaller of a and b, broadcast, and NaN where either is.
//
//	y = min(a, b)        ∂y/∂a = 1 where a is the smaller one, ½ where a = b, 0 elsewhere        ∂y/∂b likewise
//
// Operands are numbers of one dtype. Second derivatives at ties are 0 by convention, and where either is NaN no cotangent flows, which
// PyTorch hands to both. Of −0 and 0 it is −0; PyTorch returns the second operand.
func Minimum(a, b *graph.Node) *graph.Node { return pointwise(minimum{}, a, b) }

type minimum struct{ numeric }

func (minimum) Name() string { return "minimum" }

func (minimum) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype.Integer() {
		return binaryInt(c, minimumInt[int32], minimumInt[int64], minimumInt[uint8])
	}
	return binary(c, vec.Minimum[float32], vec.Minimum[float64])
}

func minimumInt[T integer](dst, a, b []T) {
	for i, v := range a {
		dst[i] = min(v, b[i])
	}
}

func (minimum) Partial(y *graph.Node, i int) *graph.Node {
	x, other := y.In()[i], y.In()[1-i]
	return subgradient(x, other)
}

func minimumInfo() Info {
	return withIntegers(Info{Name: "Minimum", Order: 4, Cases: binaryCases(Minimum, Apart, between(0.021, 0.024)), Bad: binaryBad(Minimum)})
}
