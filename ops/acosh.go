package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Acosh returns the inverse hyperbolic cosine ln(x + √(x² − 1)), not negative, of each element of x, which has a float dtype:
// ∂y/∂x = 1/√(x² − 1). It is NaN below 1.
func Acosh(x *graph.Node) *graph.Node { return graph.Apply(acosh{}, x) }

type acosh struct{ float }

func (acosh) Name() string { return "acosh" }

func (acosh) Eval(c *graph.Call) error { return Map(c, math.Acosh) }

func (acosh) Partial(y *graph.Node, _ int) *graph.Node {
	x := y.In()[0]
	return Rsqrt(Mul(Offset(x, -1), Offset(x, 1)))
}

func acoshInfo() Info {
	return Info{Name: "Acosh", Order: 4, Cases: unaryCases(Acosh, between(1.4, 3)), Bad: unaryBad(Acosh)}
}
