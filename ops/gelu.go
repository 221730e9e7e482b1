package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// GELU returns x·Φ(x) = ½x·(1 + erf(x/√2)) of each element of x, which has a float dtype (Hendrycks & Gimpel, 2016, section 2):
// ∂y/∂x = Φ(x) + x·φ(x), with Φ and φ the distribution function and the density of the standard normal distribution. At ±∞
// it and its slope have their limits, where PyTorch has NaN.
func GELU(x *graph.Node) *graph.Node { return graph.Apply(gelu{}, x) }

type gelu struct{ Pointwise }

func (gelu) Name() string { return "gelu" }

func (gelu) Eval(c *graph.Call) error { return unary(c, vec.GELU[float32], vec.GELU[float64]) }

func (gelu) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{graph.Apply(geluGrad{}, y.In()[0], dy)}
}

// geluGrad(x, dy) = dy·(Φ(x) + x·φ(x)), with Φ(x) = ½(1 + erf(x/√2)) and φ(x) = e^(−x²/2)/√(2π).
type geluGrad struct{ Pointwise }

func (geluGrad) Name() string { return "gelugrad" }

func (geluGrad) Eval(c *graph.Call) error {
	return binary(c, vec.GELUSlope[float32], vec.GELUSlope[float64])
}

func (geluGrad) Define(in []*graph.Node) []*graph.Node {
	x := in[0]
	cdf := Affine(0.5, Erf(Scale(1/math.Sqrt2, x)), 0.5)
	pdf := Scale(1/math.Sqrt(2*math.Pi), Exp(Scale(-0.5, Square(x))))
	return []*graph.Node{Mul(in[1], Add(cdf, Mul(x, pdf)))}
}

func geluInfo() Info {
	return Info{Name: "GELU", Order: 4, Cases: unaryCases(GELU, Real), Bad: unaryBad(GELU)}
}
