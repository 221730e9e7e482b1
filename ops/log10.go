package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Log10 returns log₁₀ x of each element of x, which has a float dtype: ∂y/∂x = 1/(x·ln 10). It is −Inf at 0, and NaN below.
func Log10(x *graph.Node) *graph.Node { return graph.Apply(log10{}, x) }

type log10 struct{ float }

func (log10) Name() string { return "log10" }

func (log10) Eval(c *graph.Call) error { return Map(c, math.Log10) }

func (log10) Partial(y *graph.Node, _ int) *graph.Node {
	return Reciprocal(Scale(math.Ln10, y.In()[0]))
}

func log10Info() Info {
	return Info{Name: "Log10", Order: 4, Cases: unaryCases(Log10, Positive), Bad: unaryBad(Log10)}
}
