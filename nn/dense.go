package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Dense is a fully connected layer: y = x·W + B over the last axis of x.
//
//	x [..., N, in]    W [in, out]    B [out], nil for none    y [..., N, out]
//
// A single example [in], which is what a function mapped by vmap sees, is made a row first: ops.Unsqueeze(x, 0).
type Dense struct {
	W, B *graph.Param

	bad error // of the constructor's arguments
}

// NewDense draws a layer from r.
func NewDense(r *rand.Rand, in, out int, opts ...Option) *Dense {
	s := apply(opts)
	if in < 0 || out < 0 {
		return &Dense{bad: fmt.Errorf("dense: want sizes of at least 0, not %d to %d", in, out)}
	}
	return &Dense{W: graph.NewParam("dense.W", s.weights(r, in, out, in, out)), B: s.bias("dense.B", r, in, out)}
}

// Forward applies the layer.
func (d *Dense) Forward(x *graph.Node) *graph.Node {
	if d.bad != nil {
		return x.Graph().Failf("%w", d.bad)
	}
	y := ops.MatMul(x, x.Graph().Use(d.W))
	if d.B == nil {
		return y
	}
	return ops.Add(y, x.Graph().Use(d.B))
}
