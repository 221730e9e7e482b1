package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Sigmoid returns the logistic function 1/(1 + e⁻ˣ) of each element of x, which has a float dtype: ∂y/∂x = y·(1 − y).
func Sigmoid(x *graph.Node) *graph.Node { return graph.Apply(sigmoid{}, x) }

type sigmoid struct{ float }

func (sigmoid) Name() string { return "sigmoid" }

func (sigmoid) Eval(c *graph.Call) error { return unary(c, vec.Sigmoid[float32], vec.Sigmoid[float64]) }

func (sigmoid) Partial(y *graph.Node, _ int) *graph.Node { return Mul(y, Affine(-1, y, 1)) }

func sigmoidInfo() Info {
	return Info{Name: "Sigmoid", Order: 4, Cases: unaryCases(Sigmoid, Real), Bad: unaryBad(Sigmoid)}
}
