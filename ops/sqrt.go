package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Sqrt returns √x of each element of x, which has a float dtype: ∂y/∂x = 1/(2y), which is +Inf at 0. √−0 is −0, and the root of a
// negative number is NaN.
func Sqrt(x *graph.Node) *graph.Node { return graph.Apply(sqrt{}, x) }

type sqrt struct{ float }

func (sqrt) Name() string { return "sqrt" }

func (sqrt) Eval(c *graph.Call) error { return unary(c, vec.Sqrt[float32], vec.Sqrt[float64]) }

func (sqrt) Partial(y *graph.Node, _ int) *graph.Node { return Scale(0.5, Reciprocal(y)) }

func sqrtInfo() Info {
	return Info{Name: "Sqrt", Order: 4, Cases: unaryCases(Sqrt, Positive), Bad: unaryBad(Sqrt)}
}
