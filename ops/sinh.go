package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Sinh returns the hyperbolic sine (eˣ − e⁻ˣ)/2 of each element of x, which has a float dtype: ∂y/∂x = cosh x.
func Sinh(x *graph.Node) *graph.Node { return graph.Apply(sinh{}, x) }

type sinh struct{ float }

func (sinh) Name() string { return "sinh" }

func (sinh) Eval(c *graph.Call) error { return Map(c, math.Sinh) }

func (sinh) Partial(y *graph.Node, _ int) *graph.Node {
	return Cosh(y.In()[0])
}

func sinhInfo() Info {
	return Info{Name: "Sinh", Order: 4, Cases: unaryCases(Sinh, Real), Bad: unaryBad(Sinh)}
}
