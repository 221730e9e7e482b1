package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Log2 returns log₂ x of each element of x, which has a float dtype: ∂y/∂x = 1/(x·ln 2). It is −Inf at 0, and NaN below.
func Log2(x *graph.Node) *graph.Node { return graph.Apply(log2{}, x) }

type log2 struct{ float }

func (log2) Name() string { return "log2" }

func (log2) Eval(c *graph.Call) error { return Map(c, math.Log2) }

func (log2) Partial(y *graph.Node, _ int) *graph.Node {
	return Reciprocal(Scale(math.Ln2, y.In()[0]))
}

func log2Info() Info {
	return Info{Name: "Log2", Order: 4, Cases: unaryCases(Log2, Positive), Bad: unaryBad(Log2)}
}
