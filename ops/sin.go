package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Sin returns the sine of each element, in radians: y = sin x, ∂y/∂x = cos x.
func Sin(x *graph.Node) *graph.Node { return graph.Apply(sin{}, x) }

type sin struct{ Pointwise }

func (sin) Name() string                             { return "sin" }
func (sin) Eval(c *graph.Call) error                 { return unary(c, vec.Sin[float32], vec.Sin[float64]) }
func (sin) Partial(y *graph.Node, _ int) *graph.Node { return Cos(y.In()[0]) }

func sinInfo() Info {
	return Info{Name: "Sin", Order: 4, Cases: unaryCases(Sin, Real), Bad: unaryBad(Sin)}
}
