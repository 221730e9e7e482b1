package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Asinh returns the inverse hyperbolic sine ln(x + √(x² + 1)) of each element of x, which has a float dtype: ∂y/∂x = 1/√(x² + 1).
func Asinh(x *graph.Node) *graph.Node { return graph.Apply(asinh{}, x) }

type asinh struct{ float }

func (asinh) Name() string { return "asinh" }

func (asinh) Eval(c *graph.Call) error { return Map(c, math.Asinh) }

func (asinh) Partial(y *graph.Node, _ int) *graph.Node {
	return Rsqrt(Offset(Square(y.In()[0]), 1))
}

func asinhInfo() Info {
	return Info{Name: "Asinh", Order: 4, Cases: unaryCases(Asinh, Real), Bad: unaryBad(Asinh)}
}
