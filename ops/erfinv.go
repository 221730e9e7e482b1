package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Erfinv returns the x whose error function each element of x is, so that Erf(Erfinv(x)) = x: ∂y/∂x = √π/2·e^(y²). It is ±Inf at ±1, and
// NaN beyond.
func Erfinv(x *graph.Node) *graph.Node { return graph.Apply(erfinv{}, x) }

type erfinv struct{ float }

func (erfinv) Name() string { return "erfinv" }

func (erfinv) Eval(c *graph.Call) error { return Map(c, math.Erfinv) }

func (erfinv) Partial(y *graph.Node, _ int) *graph.Node {
	return Scale(math.SqrtPi/2, Exp(Square(y)))
}

func erfinvInfo() Info {
	return Info{Name: "Erfinv", Order: 4, Cases: unaryCases(Erfinv, between(-0.8, 0.8)), Bad: unaryBad(Erfinv)}
}
