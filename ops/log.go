package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Log returns ln x of each element of x, which has a float dtype: ∂y/∂x = 1/x. It is −Inf at ±0, and NaN below.
func Log(x *graph.Node) *graph.Node { return graph.Apply(log{}, x) }

type log struct{ float }

func (log) Name() string { return "log" }

func (log) Eval(c *graph.Call) error { return unary(c, vec.Log[float32], vec.Log[float64]) }

func (log) Partial(y *graph.Node, _ int) *graph.Node { return Reciprocal(y.In()[0]) }

func logInfo() Info {
	return Info{Name: "Log", Order: 4, Cases: unaryCases(Log, Positive), Bad: unaryBad(Log)}
}
