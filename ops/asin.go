package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Asin returns the arcsine of each element of x, in radians from −π/2 to π/2: ∂y/∂x = 1/√(1 − x²). It is NaN beyond ±1.
func Asin(x *graph.Node) *graph.Node { return graph.Apply(asin{}, x) }

type asin struct{ float }

func (asin) Name() string { return "asin" }

func (asin) Eval(c *graph.Call) error { return Map(c, math.Asin) }

func (asin) Partial(y *graph.Node, _ int) *graph.Node {
	return Rsqrt(unitComplement(y.In()[0]))
}

// unitComplement is 1 − x² as (1 − x)(1 + x), which loses no digits near ±1.
func unitComplement(x *graph.Node) *graph.Node { return Mul(Affine(-1, x, 1), Offset(x, 1)) }

func asinInfo() Info {
	return Info{Name: "Asin", Order: 4, Cases: unaryCases(Asin, between(-0.8, 0.8)), Bad: unaryBad(Asin)}
}
