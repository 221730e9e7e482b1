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

func (silu) Partial(y *graph.Node, _ int) *graph.Node {
	s := Sigmoid(y.In()[0])
	return Add(s, Mul(y, Affine(-1, s, 1)))
}

func siluInfo() Info {
	return Info{Name: "SiLU", Order: 4, Cases: unaryCases(SiLU, Real), Bad: unaryBad(SiLU)}
}
