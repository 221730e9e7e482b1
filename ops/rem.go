package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Rem returns the remainder of a/b with the quotient truncated towards 0, broadcast: it has the sign of a, as Go's % and C's fmod.
//
//	y = a − b·trunc(a/b)        ∂y/∂a = 1        ∂y/∂b = −trunc(a/b)
//
// Operands are numbers of one dtype. Of floats it is exact, NaN where b = 0 or a is infinite. An integer's by zero is an error of the
// run. Derivatives at the jumps are those from one side.
func Rem(a, b *graph.Node) *graph.Node { return pointwise(rem{}, a, b) }

type rem struct{ numeric }

func (rem) Name() string { return "rem" }

func (rem) Eval(c *graph.Call) error {
	switch c.In[0].Type.Dtype {
	case graph.Int32:
		return integersBy(c, remInt[int32])
	case graph.Int64:
		return integersBy(c, remInt[int64])
	case graph.Uint8:
		return integersBy(c, remInt[uint8])
	}
	return Zip(c, math.Mod)
}

func remInt[T integer](a, b T) T { return a % b }

// VJP takes the quotient for constant, as it is between its jumps.
func (rem) VJP(y, dy *graph.Node) []*graph.Node {
	a, b := y.In()[0], y.In()[1]
	return []*graph.Node{dy, Neg(Mul(dy, Trunc(Div(a, b))))}
}

func remInfo() Info {
	return withIntegers(Info{Name: "Rem", Order: 4, Cases: binaryCases(Rem, near(1.3, 5.6, -3.4, 8.7), near(2, -2)), Bad: binaryBad(Rem)})
}
