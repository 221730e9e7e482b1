package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Reciprocal returns 1/x of each element of x, which has a float dtype: ∂y/∂x = −y². It is ±Inf at ±0.
func Reciprocal(x *graph.Node) *graph.Node { return graph.Apply(reciprocal{}, x) }

type reciprocal struct{ float }

func (reciprocal) Name() string { return "reciprocal" }

func (reciprocal) Eval(c *graph.Call) error {
	return unary(c, vec.Reciprocal[float32], vec.Reciprocal[float64])
}

func (reciprocal) Partial(y *graph.Node, _ int) *graph.Node { return Scale(-1, Square(y)) }

func reciprocalInfo() Info {
	return Info{Name: "Reciprocal", Order: 4, Cases: unaryCases(Reciprocal, Nonzero), Bad: unaryBad(Reciprocal)}
}
