package optim

import (
	"fmt"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// ClipNorm scales gradients down so that their norm over all of them is at most limit (Pascanu et al., 2013), and returns
// the norm they had: d·min(1, limit/(norm + 1e-6)), as PyTorch has it. Where their dtypes differ, the norm is of float64.
func ClipNorm(grads []*graph.Node, limit float64) (clipped []*graph.Node, norm *graph.Node) {
	if len(grads) == 0 {
		return nil, nil
	}
	if !(limit >= 0) { // below 0 it would turn the gradients round
		failed := grads[0].Graph().Fail(1+len(grads), fmt.Errorf("clip: a norm of at most %v, want at least 0", limit))
		return failed[1:], failed[0]
	}
	norm = length(grads)
	by := ops.Minimum(ops.Scale(limit, ops.Reciprocal(ops.Offset(norm, 1e-6))), ops.Like(1, norm))
	clipped = make([]*graph.Node, len(grads))
	for i, d := range grads {
		clipped[i] = ops.Mul(d, like(by, d))
	}
	return clipped, norm
}

// ClipValue holds each element of the gradients between −limit and limit.
func ClipValue(grads []*graph.Node, limit float64) []*graph.Node {
	clipped := make([]*graph.Node, len(grads))
	for i, d := range grads {
		clipped[i] = ops.Clamp(d, -limit, limit)
	}
	return clipped
}

// length returns the Euclidean norm over all elements of xs, which must not be empty, in their dtype, or in float64 where they
// have several.
func length(xs []*graph.Node) *graph.Node {
	var sum *graph.Node
	for i := 0; i < len(xs); { // a sum for each run of one dtype
		j := i + 1
		for j < len(xs) && xs[j].Dtype() == xs[i].Dtype() {
			j++
		}
		part := autodiff.Dot(xs[i:j], xs[i:j])
		if i > 0 || j < len(xs) {
			part = ops.Cast(part, graph.Float64)
		}
		if i > 0 {
			part = ops.Add(sum, part)
		}
		sum, i = part, j
	}
	return ops.Sqrt(sum)
}
