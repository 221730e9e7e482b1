package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// RMSNorm divides the last axis by its root mean square (Zhang & Sennrich, 2019, eq. 4), without centring it.
//
//	x [..., n]    Scale [n], nil for none    y = x·(mean(x²) + Eps)^−½·Scale
type RMSNorm struct {
	Scale *graph.Param
	Eps   float64
}

// NewRMSNorm returns a layer for a last axis of size n. Eps is the distance from 1 to the next number of the dtype, 2⁻²³ or 2⁻⁵², as
// PyTorch has it; models often come with 1e-5 or 1e-6. Options: Affine, Eps, Dtype.
func NewRMSNorm(n int, opts ...Option) *RMSNorm {
	s := apply(opts)
	eps := 0x1p-23
	if s.dtype == graph.Float64 {
		eps = 0x1p-52
	}
	scale, _ := s.affine("rmsnorm", n, true)
	return &RMSNorm{scale, or(s.norm.eps, eps)}
}

// Forward applies the layer.
func (l *RMSNorm) Forward(x *graph.Node) *graph.Node {
	if bad := unlikeLast("rmsnorm", x, l.Scale); bad != nil {
		return bad
	}
	g := x.Graph()
	scale := func() *graph.Node {
		if l.Scale != nil {
			return g.Use(l.Scale)
		}
		n := 1
		if r := x.Shape().Rank(); r > 0 {
			n = x.Shape().Dim(-1)
		}
		return g.Fill(1, graph.T(x.Dtype(), n))
	}
	y, _ := ops.RMSNorm(x, scale(), l.Eps)
	return y
}
