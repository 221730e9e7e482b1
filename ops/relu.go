package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// ReLU returns max(x, 0) of each element of x, which has a float dtype (Nair & Hinton, 2010); NaN stays NaN, and −0 becomes 0. ∂y/∂x is 1
// where x > 0, and 0 elsewhere: at the kink by convention, as is the second derivative there, and at NaN, where PyTorch has 1.
func ReLU(x *graph.Node) *graph.Node { return graph.Apply(relu{}, x) }

type relu struct{ float }

func (relu) Name() string { return "relu" }

func (relu) Eval(c *graph.Call) error { return unary(c, vec.ReLU[float32], vec.ReLU[float64]) }

// Partial reads the result, which is above 0 exactly where x is, so that x need not be kept.
func (relu) Partial(y *graph.Node, _ int) *graph.Node { return Step(y) }

func reluInfo() Info {
	return Info{Name: "ReLU", Order: 4, Cases: unaryCases(ReLU, Nonzero), Bad: unaryBad(ReLU)}
}
