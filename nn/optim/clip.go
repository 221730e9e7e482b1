package optim

import (
	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// ClipNorm scales gradients of one dtype down so that their norm over all of them is at most limit (Pascanu et al., 2013),
// and returns the norm they had: d·min(1, limit/(norm + 1e-6)), as PyTorch has it.
func ClipNorm(grads []*graph.Node, limit float64) (clipped []*graph.Node, norm *graph.Node) {
	norm = ops.Sqrt(autodiff.Dot(grads, grads))
	by := ops.Minimum(ops.Scale(limit, ops.Reciprocal(ops.Offset(norm, 1e-6))), ops.Like(1, norm))
	clipped = make([]*graph.Node, len(grads))
	for i, d := range grads {
		clipped[i] = ops.Mul(d, by)
	}
	return clipped, norm
}
