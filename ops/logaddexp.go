package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// LogAddExp returns ln(eᵃ + eᵇ), broadcast, without overflow: the sum of what is kept as logarithms.
//
//	y = max(a, b) + ln(1 + e^−|a − b|)        ∂y/∂a = σ(a − b)        ∂y/∂b = σ(b − a)
//
// Operands are floats of one dtype. Of two infinities of one sign it is that infinity, and the
// derivatives are ½, so that −∞ may stand for what is masked.
func LogAddExp(a, b *graph.Node) *graph.Node { return pointwise(logAddExp{}, a, b) }

type logAddExp struct{ float }

func (logAddExp) Name() string { return "logaddexp" }

func (logAddExp) Eval(c *graph.Call) error {
	return Zip(c, func(a, b float64) float64 {
		if a == b { // infinities, too
			return a + math.Ln2
		}
		return max(a, b) + math.Log1p(math.Exp(-math.Abs(a-b)))
	})
}

func (logAddExp) Partial(y *graph.Node, i int) *graph.Node {
	d := Sub(y.In()[i], y.In()[1-i])
	return Sigmoid(Where(And(IsNaN(d), IsInf(y)), Like(0, d), d))
}

func logAddExpInfo() Info {
	return Info{Name: "LogAddExp", Order: 4, Cases: binaryCases(LogAddExp, Real, Real), Bad: binaryBad(LogAddExp)}
}
