package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Cosh returns the hyperbolic cosine (eˣ + e⁻ˣ)/2 of each element of x, which has a float dtype: ∂y/∂x = sinh x.
func Cosh(x *graph.Node) *graph.Node { return graph.Apply(cosh{}, x) }

type cosh struct{ float }

func (cosh) Name() string { return "cosh" }

func (cosh) Eval(c *graph.Call) error { return Map(c, math.Cosh) }

func (cosh) Partial(y *graph.Node, _ int) *graph.Node {
	return Sinh(y.In()[0])
}

func coshInfo() Info {
	return Info{Name: "Cosh", Order: 4, Cases: unaryCases(Cosh, Real), Bad: unaryBad(Cosh)}
}
