package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Cbrt returns the cube root ∛x of each element of x, which has a float dtype, of negative ones too: ∂y/∂x = 1/(3y²), which is ∞ at 0.
func Cbrt(x *graph.Node) *graph.Node { return graph.Apply(cbrt{}, x) }

type cbrt struct{ float }

func (cbrt) Name() string { return "cbrt" }

func (cbrt) Eval(c *graph.Call) error { return Map(c, math.Cbrt) }

func (cbrt) Partial(y *graph.Node, _ int) *graph.Node {
	return Scale(1./3, Reciprocal(Square(y)))
}

func cbrtInfo() Info {
	return Info{Name: "Cbrt", Order: 4, Cases: unaryCases(Cbrt, Nonzero), Bad: unaryBad(Cbrt)}
}
