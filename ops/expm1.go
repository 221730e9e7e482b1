package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Expm1 returns eˣ − 1 of each element of x, which has a float dtype, with a small relative error near 0, too: ∂y/∂x = eˣ.
func Expm1(x *graph.Node) *graph.Node { return graph.Apply(expm1{}, x) }

type expm1 struct{ float }

func (expm1) Name() string { return "expm1" }

func (expm1) Eval(c *graph.Call) error { return Map(c, math.Expm1) }

func (expm1) Partial(y *graph.Node, _ int) *graph.Node {
	return Exp(y.In()[0])
}

func expm1Info() Info {
	return Info{Name: "Expm1", Order: 4, Cases: unaryCases(Expm1, Real), Bad: unaryBad(Expm1)}
}
