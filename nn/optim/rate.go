package optim

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A Rate is the learning rate as a function of the number of steps done, a float64 scalar that is 0 at the first step. It
// is built into the graph: a plan needs no host code to follow a schedule.
type Rate func(done *graph.Node) *graph.Node

// Constant is the same rate at every step.
func Constant(rate float64) Rate {
	return func(done *graph.Node) *graph.Node { return ops.Like(rate, done) }
}

// Cosine falls from base to final over the given number of steps, and stays there (Loshchilov & Hutter, 2017, eq. 5):
//
//	final + ½·(base − final)·(1 + cos(π·done/steps))
func Cosine(base, final float64, steps int) Rate {
	return func(done *graph.Node) *graph.Node {
		at := ops.Clamp(ops.Scale(1/float64(max(1, steps)), done), 0, 1)
		return annealed(base, final, at)
	}
}

// Linear goes from base to final over the given number of steps, and stays there.
func Linear(base, final float64, steps int) Rate {
	return func(done *graph.Node) *graph.Node {
		at := ops.Clamp(ops.Scale(1/float64(max(1, steps)), done), 0, 1)
		return ops.Affine(final-base, at, base)
	}
}

// WarmUp multiplies a rate by (done+1)/steps during the first steps. The rate itself sees the steps since the warm-up ended.
func WarmUp(steps int, then Rate) Rate {
	return func(done *graph.Node) *graph.Node {
		up := ops.Clamp(ops.Affine(1/float64(max(1, steps)), done, 1/float64(max(1, steps))), 0, 1)
		return ops.Mul(up, then(ops.ReLU(ops.Offset(done, -float64(steps)))))
	}
}
