package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Tan returns the tangent of each element of x, in radians: y = tan x, ∂y/∂x = 1 + y².
func Tan(x *graph.Node) *graph.Node { return graph.Apply(tan{}, x) }

type tan struct{ float }

func (tan) Name() string { return "tan" }

func (tan) Eval(c *graph.Call) error { return Map(c, math.Tan) }

func (tan) Partial(y *graph.Node, _ int) *graph.Node {
	return Offset(Square(y), 1)
}

func tanInfo() Info {
	return Info{Name: "Tan", Order: 4, Cases: unaryCases(Tan, between(-1.2, 1.2)), Bad: unaryBad(Tan)}
}
