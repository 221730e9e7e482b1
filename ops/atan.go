package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Atan returns the arctangent of each element of x, in radians from −π/2 to π/2: ∂y/∂x = 1/(1 + x²).
func Atan(x *graph.Node) *graph.Node { return graph.Apply(atan{}, x) }

type atan struct{ float }

func (atan) Name() string { return "atan" }

func (atan) Eval(c *graph.Call) error { return Map(c, math.Atan) }

func (atan) Partial(y *graph.Node, _ int) *graph.Node {
	return Reciprocal(Offset(Square(y.In()[0]), 1))
}

func atanInfo() Info {
	return Info{Name: "Atan", Order: 4, Cases: unaryCases(Atan, Real), Bad: unaryBad(Atan)}
}
