package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Maximum returns the larger of a and b, broadcast, and NaN where either is.
//
//	y = max(a, b)        ∂y/∂a = 1 where a is the larger one, ½ where a = b, 0 elsewhere        ∂y/∂b likewise
//
// Operands are numbers of one dtype. Second derivatives at ties are 0 by convention, and where either is NaN no cotangent flows, which
// PyTorch hands to both. Of −0 and 0 it is 0; PyTorch returns the second operand.
func Maximum(a, b *graph.Node) *graph.Node { return pointwise(maximum{}, a, b) }

type maximum struct{ numeric }

func (maximum) Name() string { return "maximum" }

func (maximum) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype.Integer() {
		return binaryInt(c, maximumInt[int32], maximumInt[int64], maximumInt[uint8])
	}
	return binary(c, vec.Maximum[float32], vec.Maximum[float64])
}

func maximumInt[T integer](dst, a, b []T) {
	for i, v := range a {
		dst[i] = max(v, b[i])
	}
}

func (maximum) Partial(y *graph.Node, i int) *graph.Node {
	x, other := y.In()[i], y.In()[1-i]
	return subgradient(other, x)
}

// subgradient is 1 where lo < hi, ½ where they are equal and 0 elsewhere; their difference would not tell infinities apart.
func subgradient(lo, hi *graph.Node) *graph.Node {
	return Where(Less(lo, hi), Like(1, hi), Where(Equal(lo, hi), Like(0.5, hi), Like(0, hi)))
}

func maximumInfo() Info {
	return withIntegers(Info{Name: "Maximum", Order: 4, Cases: binaryCases(Maximum, Apart, between(0.021, 0.024)), Bad: binaryBad(Maximum)})
}
