package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Erf returns the error function 2/√π ∫₀ˣ e^(−t²) dt of each element of x, which has a float dtype: ∂y/∂x = 2/√π·e^(−x²).
func Erf(x *graph.Node) *graph.Node { return graph.Apply(erf{}, x) }

type erf struct{ Pointwise }

func (erf) Name() string { return "erf" }

func (erf) Eval(c *graph.Call) error { return unary(c, vec.Erf[float32], vec.Erf[float64]) }

func (erf) Partial(y *graph.Node, _ int) *graph.Node {
	return Scale(2/math.SqrtPi, Exp(Scale(-1, Square(y.In()[0]))))
}

func erfInfo() Info {
	return Info{Name: "Erf", Order: 4, Cases: unaryCases(Erf, Real), Bad: unaryBad(Erf)}
}
