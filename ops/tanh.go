package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Tanh returns the hyperbolic tangent of each element of x, which has a float dtype: y = tanh x, ∂y/∂x = 1 − y².
func Tanh(x *graph.Node) *graph.Node { return graph.Apply(tanh{}, x) }

type tanh struct{ float }

func (tanh) Name() string { return "tanh" }

func (tanh) Eval(c *graph.Call) error { return unary(c, vec.Tanh[float32], vec.Tanh[float64]) }

func (tanh) Partial(y *graph.Node, _ int) *graph.Node { return Affine(-1, Square(y), 1) }

func tanhInfo() Info {
	return Info{Name: "Tanh", Order: 4, Cases: unaryCases(Tanh, Real), Bad: unaryBad(Tanh)}
}
