package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Log1p returns ln(1 + x) of each element of x, which has a float dtype, with a small relative error near 0, too:
// ∂y/∂x = 1/(1 + x). It is −Inf at −1, and NaN below.
func Log1p(x *graph.Node) *graph.Node { return graph.Apply(log1p{}, x) }

type log1p struct{ float }

func (log1p) Name() string { return "log1p" }

func (log1p) Eval(c *graph.Call) error { return unary(c, vec.Log1p[float32], vec.Log1p[float64]) }

func (log1p) Partial(y *graph.Node, _ int) *graph.Node { return Reciprocal(Offset(y.In()[0], 1)) }

func log1pInfo() Info {
	return Info{Name: "Log1p", Order: 4, Cases: unaryCases(Log1p, between(-0.6, 1.4)), Bad: unaryBad(Log1p)}
}
