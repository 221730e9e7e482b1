package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Erfc returns the complementary error function 1 − erf x = 2/√π ∫ₓ^∞ e^(−t²) dt of each element of x, which has a float dtype, with a
// small relative error in the tail, too: ∂y/∂x = −2/√π·e^(−x²).
func Erfc(x *graph.Node) *graph.Node { return graph.Apply(erfc{}, x) }

type erfc struct{ float }

func (erfc) Name() string { return "erfc" }

func (erfc) Eval(c *graph.Call) error { return Map(c, math.Erfc) }

func (erfc) Partial(y *graph.Node, _ int) *graph.Node {
	return Scale(-2/math.SqrtPi, Exp(Scale(-1, Square(y.In()[0]))))
}

func erfcInfo() Info {
	return Info{Name: "Erfc", Order: 4, Cases: unaryCases(Erfc, Real), Bad: unaryBad(Erfc)}
}
