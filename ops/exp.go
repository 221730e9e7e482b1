package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Exp returns eˣ of each element of x, which has a float dtype: ∂y/∂x = y. What is too large is +Inf, what is too small 0.
func Exp(x *graph.Node) *graph.Node { return graph.Apply(exp{}, x) }

type exp struct{ float }

func (exp) Name() string { return "exp" }

func (exp) Eval(c *graph.Call) error { return unary(c, vec.Exp[float32], vec.Exp[float64]) }

func (exp) Partial(y *graph.Node, _ int) *graph.Node { return y }

func expInfo() Info {
	return Info{Name: "Exp", Order: 4, Cases: unaryCases(Exp, Real), Bad: unaryBad(Exp)}
}
