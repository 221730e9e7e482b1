package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Lgamma returns ln|Γ(x)| of each element of x, which has a float dtype: ∂y/∂x = ψ(x), the Digamma function. It is ∞ at 0, −1, −2, …
func Lgamma(x *graph.Node) *graph.Node { return graph.Apply(lgamma{}, x) }

type lgamma struct{ float }

func (lgamma) Name() string { return "lgamma" }

func (lgamma) Eval(c *graph.Call) error {
	return Map(c, func(x float64) float64 {
		if math.IsInf(x, -1) {
			return math.Inf(1)
		}
		y, _ := math.Lgamma(x)
		return y
	})
}

func (lgamma) Partial(y *graph.Node, _ int) *graph.Node { return Digamma(y.In()[0]) }

func lgammaInfo() Info {
	return Info{Name: "Lgamma", Order: 4, Cases: unaryCases(Lgamma, Positive), Bad: unaryBad(Lgamma)}
}
