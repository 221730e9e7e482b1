package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// SiLU returns x·σ(x) of each element of x, which has a float dtype, with σ the logistic function (Hendrycks & Gimpel, 2016; as Swish,
// Ramachandran et al., 2017): ∂y/∂x = σ(x) + y·(1 − σ(x)). At −∞ it has its limit, −0, where PyTorch has NaN.
func SiLU(x *graph.Node) *graph.Node { return graph.Apply(silu{}, x) }

type silu struct{ Pointwise }

func (silu) Name() string { return "silu" }

func (silu) Eval(c *graph.Call) error { return unary(c, vec.SiLU[float32], vec.SiLU[float64]) }

func (silu) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{graph.Apply(siluGrad{}, y.In()[0], dy)}
}

// siluGrad(x, dy) = dy·(s + x·s·(1 − s)), s = σ(x).
type siluGrad struct{ Pointwise }

func (siluGrad) Name() string { return "silugrad" }

func (siluGrad) Eval(c *graph.Call) error {
	return binary(c, vec.SiLUSlope[float32], vec.SiLUSlope[float64])
}

func (siluGrad) Define(in []*graph.Node) []*graph.Node {
	s := Sigmoid(in[0])
	return []*graph.Node{Mul(in[1], Add(s, Mul(Mul(in[0], s), Affine(-1, s, 1))))}
}

func siluInfo() Info {
	return Info{Name: "SiLU", Order: 4, Cases: unaryCases(SiLU, Real), Bad: unaryBad(SiLU)}
}
