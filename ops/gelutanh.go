package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// GELUTanh returns ½x·(1 + tanh u), u = √(2/π)·(x + 0.044715x³), of each element of x, which has a float dtype: the approximation of
// GELU by Hendrycks & Gimpel (2016, section 2). ∂y/∂x = ½(1 + tanh u) + ½x·(1 − tanh² u)·∂u/∂x. At ±∞ it and its
// slope have their limits, where PyTorch has NaN.
func GELUTanh(x *graph.Node) *graph.Node { return graph.Apply(geluTanh{}, x) }

type geluTanh struct{ Pointwise }

func (geluTanh) Name() string { return "gelutanh" }

func (geluTanh) Eval(c *graph.Call) error {
	return unary(c, vec.GELUTanh[float32], vec.GELUTanh[float64])
}

func (geluTanh) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{graph.Apply(geluTanhGrad{}, y.In()[0], dy)}
}

// geluTanhGrad(x, dy) = dy·∂y/∂x.
type geluTanhGrad struct{ Pointwise }

func (geluTanhGrad) Name() string { return "gelutanhgrad" }

func (geluTanhGrad) Eval(c *graph.Call) error {
	return binary(c, vec.GELUTanhSlope[float32], vec.GELUTanhSlope[float64])
}

func (geluTanhGrad) Define(in []*graph.Node) []*graph.Node {
	const a, b = math.Sqrt2 * math.SqrtPi / math.Pi, 0.044715 // a = √(2/π)
	x := in[0]
	t := Tanh(Scale(a, Mul(x, Affine(b, Square(x), 1))))
	du := Affine(3*a*b, Square(x), a)
	slope := Add(Affine(0.5, t, 0.5), Scale(0.5, Mul(x, Mul(Affine(-1, Square(t), 1), du))))
	return []*graph.Node{Mul(in[1], slope)}
}

func geluTanhInfo() Info {
	return Info{Name: "GELUTanh", Order: 4, Cases: unaryCases(GELUTanh, Real), Bad: unaryBad(GELUTanh)}
}
