package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// LayerNorm standardises the last axis (Ba et al., 2016), then scales and shifts it: y = (x − mean)·rstd·Scale + Shift.
type LayerNorm struct {
	Scale, Shift *graph.Param
	Eps          float64
}

// NewLayerNorm returns a layer for a last axis of size n, with Eps 1e-5.
func NewLayerNorm(n int, opts ...Option) *LayerNorm {
	s := apply(opts)
	return &LayerNorm{
		Scale: graph.NewParam("layernorm.Scale", filled(s.dtype, 1, n)),
		Shift: graph.NewParam("layernorm.Shift", filled(s.dtype, 0, n)), Eps: 1e-5,
	}
}

// Forward applies the layer.
func (l *LayerNorm) Forward(x *graph.Node) *graph.Node {
	y, _, _ := ops.LayerNorm(x, l.Eps)
	return ops.Add(ops.Mul(y, x.Graph().Use(l.Scale)), x.Graph().Use(l.Shift))
}
