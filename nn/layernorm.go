package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// LayerNorm standardises the last axis (Ba et al., 2016), then scales and shifts it: y = (x − mean)·rstd·Scale + Shift,
// rstd = (var + Eps)^−½.
//
//	x [..., n]    Scale, Shift [n], nil for none    y [..., n]
type LayerNorm struct {
	Scale, Shift *graph.Param
	Eps          float64
}

// NewLayerNorm returns a layer for a last axis of size n, with Eps 1e-5. Options: Affine, Eps, Dtype; NoBias leaves Shift out.
func NewLayerNorm(n int, opts ...Option) *LayerNorm {
	s := apply(opts)
	l := &LayerNorm{Eps: or(s.norm.eps, 1e-5)}
	l.Scale, l.Shift = s.affine("layernorm", n, true)
	if s.noBias {
		l.Shift = nil
	}
	return l
}

// Forward applies the layer.
func (l *LayerNorm) Forward(x *graph.Node) *graph.Node {
	if bad := unlikeLast("layernorm", x, l.Scale, l.Shift); bad != nil {
		return bad
	}
	if g := x.Graph(); l.Scale != nil && l.Shift != nil {
		y, _, _ := ops.LayerNormAffine(x, g.Use(l.Scale), g.Use(l.Shift), l.Eps)
		return y
	}
	y, _, _ := ops.LayerNorm(x, l.Eps)
	return modulate(y, l.Scale, l.Shift, func(p *graph.Node) *graph.Node { return p })
}

// unlikeLast returns a failed node if x is failed, or its last axis has not the size of each p that there is; nil if all is well.
// Else a size of 1 would broadcast, and y have another shape than x.
func unlikeLast(name string, x *graph.Node, ps ...*graph.Param) *graph.Node {
	if !x.Valid() {
		return x
	}
	for _, p := range ps {
		if p == nil {
			continue
		}
		if n := p.Type().Shape.Size(); x.Shape().Rank() == 0 || x.Shape().Dim(-1) != n {
			return x.Graph().Failf("%s: %s %v: want a last axis of size %d", name, x.Called(), x.Shape(), n)
		}
	}
	return nil
}
