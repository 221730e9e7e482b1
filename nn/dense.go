package nn

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Dense is a fully connected layer: y = x·W + B over the last axis of x.
//
//	x [..., in]    W [in, out]    B [out], nil for none    y [..., out]
type Dense struct{ W, B *graph.Param }

// NewDense draws a layer from r.
func NewDense(r *rand.Rand, in, out int, opts ...Option) *Dense {
	s := apply(opts)
	return &Dense{graph.NewParam("dense.W", s.weights(r, in, out, in, out)), s.bias("dense.B", r, in, out)}
}

// Forward applies the layer.
func (d *Dense) Forward(x *graph.Node) *graph.Node {
	y := ops.MatMul(x, x.Graph().Use(d.W))
	if d.B == nil {
		return y
	}
	return ops.Add(y, x.Graph().Use(d.B))
}
