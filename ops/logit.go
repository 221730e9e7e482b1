package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Logit returns the log-odds ln(x/(1 − x)) of each element of x, a probability: ∂y/∂x = 1/(x(1 − x)). It is −Inf at 0, Inf at 1 and NaN
// beyond; Sigmoid is its inverse.
func Logit(x *graph.Node) *graph.Node { return graph.Apply(logit{}, x) }

type logit struct{ float }

func (logit) Name() string { return "logit" }

func (logit) Eval(c *graph.Call) error { return Map(c, logit64) }

func (logit) Partial(y *graph.Node, _ int) *graph.Node {
	x := y.In()[0]
	return Reciprocal(Mul(x, Affine(-1, x, 1)))
}

// logit64 is a difference near ½ no more than elsewhere: there ln(x/(1 − x)) = ln1p((2x − 1)/(1 − x)).
func logit64(x float64) float64 {
	if x > 0.25 && x < 0.75 {
		return math.Log1p((2*x - 1) / (1 - x))
	}
	return math.Log(x / (1 - x))
}

func logitInfo() Info {
	return Info{Name: "Logit", Order: 4, Cases: unaryCases(Logit, between(0.15, 0.85)), Bad: unaryBad(Logit)}
}
