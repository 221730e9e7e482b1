package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Cos returns the cosine of each element, in radians: y = cos x, ∂y/∂x = −sin x.
func Cos(x *graph.Node) *graph.Node { return graph.Apply(cos{}, x) }

type cos struct{ float }

func (cos) Name() string                             { return "cos" }
func (cos) Eval(c *graph.Call) error                 { return unary(c, vec.Cos[float32], vec.Cos[float64]) }
func (cos) Partial(y *graph.Node, _ int) *graph.Node { return Scale(-1, Sin(y.In()[0])) }

func cosInfo() Info {
	return Info{Name: "Cos", Order: 4, Cases: unaryCases(Cos, Real), Bad: unaryBad(Cos)}
}
