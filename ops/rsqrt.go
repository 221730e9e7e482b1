package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Rsqrt returns 1/√x of each element of x, which has a float dtype: ∂y/∂x = −½y³. It is ±Inf at ±0, and NaN below.
func Rsqrt(x *graph.Node) *graph.Node { return graph.Apply(rsqrt{}, x) }

type rsqrt struct{ float }

func (rsqrt) Name() string { return "rsqrt" }

func (rsqrt) Eval(c *graph.Call) error { return unary(c, vec.Rsqrt[float32], vec.Rsqrt[float64]) }

func (rsqrt) Partial(y *graph.Node, _ int) *graph.Node { return Scale(-0.5, Mul(y, Square(y))) }

func rsqrtInfo() Info {
	return Info{Name: "Rsqrt", Order: 4, Cases: unaryCases(Rsqrt, Positive), Bad: unaryBad(Rsqrt)}
}
