package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Atanh returns the inverse hyperbolic tangent ½·ln((1 + x)/(1 − x)) of each element of x, which has a float dtype:
// ∂y/∂x = 1/(1 − x²). It is ±Inf at ±1, and NaN beyond.
func Atanh(x *graph.Node) *graph.Node { return graph.Apply(atanh{}, x) }

type atanh struct{ float }

func (atanh) Name() string { return "atanh" }

func (atanh) Eval(c *graph.Call) error { return Map(c, math.Atanh) }

func (atanh) Partial(y *graph.Node, _ int) *graph.Node {
	return Reciprocal(unitComplement(y.In()[0]))
}

func atanhInfo() Info {
	return Info{Name: "Atanh", Order: 4, Cases: unaryCases(Atanh, between(-0.8, 0.8)), Bad: unaryBad(Atanh)}
}
