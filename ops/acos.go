package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Acos returns the arccosine of each element of x, in radians from 0 to π: ∂y/∂x = −1/√(1 − x²). It is NaN beyond ±1.
func Acos(x *graph.Node) *graph.Node { return graph.Apply(acos{}, x) }

type acos struct{ float }

func (acos) Name() string { return "acos" }

func (acos) Eval(c *graph.Call) error { return Map(c, math.Acos) }

func (acos) Partial(y *graph.Node, _ int) *graph.Node {
	return Scale(-1, Rsqrt(unitComplement(y.In()[0])))
}

func acosInfo() Info {
	return Info{Name: "Acos", Order: 4, Cases: unaryCases(Acos, between(-0.8, 0.8)), Bad: unaryBad(Acos)}
}
