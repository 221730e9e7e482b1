package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Hypot returns the length √(a² + b²), broadcast, without overflow in between.
//
//	y = √(a² + b²)        ∂y/∂a = a/y        ∂y/∂b = b/y
//
// Operands are floats of one dtype. It is ∞ where either is, even beside NaN, as in C99. Derivatives at the origin are NaN.
func Hypot(a, b *graph.Node) *graph.Node { return pointwise(hypot{}, a, b) }

type hypot struct{ float }

func (hypot) Name() string { return "hypot" }

func (hypot) Eval(c *graph.Call) error { return Zip(c, math.Hypot) }

func (hypot) Partial(y *graph.Node, i int) *graph.Node { return Div(y.In()[i], y) }

func hypotInfo() Info {
	return Info{Name: "Hypot", Order: 4, Cases: binaryCases(Hypot, Nonzero, Nonzero), Bad: binaryBad(Hypot)}
}
