package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Mod returns the remainder of a/b with the quotient rounded down, broadcast: it has the sign of b, as Python's % and torch.remainder.
//
//	y = a − b·⌊a/b⌋        ∂y/∂a = 1        ∂y/∂b = −⌊a/b⌋
//
// Operands are numbers of one dtype. Of floats it is NaN where b = 0 or a is infinite. An integer's by zero is an error of the run.
// Derivatives at the jumps are those from one side.
func Mod(a, b *graph.Node) *graph.Node { return pointwise(mod{}, a, b) }

type mod struct{ numeric }

func (mod) Name() string { return "mod" }

func (mod) Eval(c *graph.Call) error {
	switch c.In[0].Type.Dtype {
	case graph.Int32:
		return integersBy(c, modInt[int32])
	case graph.Int64:
		return integersBy(c, modInt[int64])
	case graph.Uint8:
		return integersBy(c, modInt[uint8])
	}
	return Zip(c, floorMod)
}

func floorMod(a, b float64) float64 {
	r := math.Mod(a, b)
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}

func modInt[T integer](a, b T) T {
	r := a % b
	if r != 0 && (r < 0) != (b < 0) {
		r += b
	}
	return r
}

// VJP takes the quotient for constant, as it is between its jumps.
func (mod) VJP(y, dy *graph.Node) []*graph.Node {
	a, b := y.In()[0], y.In()[1]
	return []*graph.Node{dy, Neg(Mul(dy, Floor(Div(a, b))))}
}

func modInfo() Info {
	return withIntegers(Info{Name: "Mod", Order: 4, Cases: binaryCases(Mod, near(1.3, 5.6, -3.4, 8.7), near(2, -2)), Bad: binaryBad(Mod)})
}
