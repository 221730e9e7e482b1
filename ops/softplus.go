package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Softplus returns ln(1 + eˣ) of each element of x, which has a float dtype (Dugas et al., 2001): ∂y/∂x = 1/(1 + e⁻ˣ). Neither it nor
// its derivative overflows.
func Softplus(x *graph.Node) *graph.Node { return graph.Apply(softplus{}, x) }

type softplus struct{ Pointwise }

func (softplus) Name() string { return "softplus" }

func (softplus) Eval(c *graph.Call) error {
	return unary(c, vec.Softplus[float32], vec.Softplus[float64])
}

func (softplus) Partial(y *graph.Node, _ int) *graph.Node { return Sigmoid(y.In()[0]) }

func softplusInfo() Info {
	return Info{Name: "Softplus", Order: 4, Cases: unaryCases(Softplus, Real), Bad: unaryBad(Softplus)}
}
