package nn

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// MinGRU is a net of gated units whose gates do not see the state (Feng et al., Were RNNs all we needed?, 2024, section 3.1), over
// sequences x [batch, steps, in]: a linear recurrence, which flow.AssociativeScan computes for all steps at once.
//
//	zₜ, cₜ = σ(xₜ·W_z + b_z), xₜ·W_c + b_c        hₜ = (1 − zₜ)·hₜ₋₁ + zₜ·cₜ        y [batch, steps, directions·hidden]
//
// W [in, 2·hidden] holds W_z, then W_c; there is one bias, BW, and no U. Options: Layers, Bidirectional, DropoutRate between layers, and
// those of Dense.
type MinGRU struct{ Recurrent }

// NewMinGRU draws a net from r.
func NewMinGRU(r *rand.Rand, in, hidden int, opts ...Option) *MinGRU {
	return &MinGRU{newRecurrent("mingru", r, in, hidden, 2, false, opts)}
}

// Forward returns the states of the last layer at all steps, from initial states 0.
func (n *MinGRU) Forward(x *graph.Node) *graph.Node {
	y, _ := n.Unroll(x, Unrolling{})
	return y
}

// Unroll is Forward from given states, over sequences of given lengths. h are the last states of all layers, laid out as the initial ones.
func (n *MinGRU) Unroll(x *graph.Node, from Unrolling) (y, h *graph.Node) {
	y, final := n.unroll("mingru", n.hidden(2), x, from.Lengths, []*graph.Node{from.H}, minGRU)
	return y, final[0]
}

func minGRU(w *RecurrentWeights, reverse bool, xs, mask *graph.Node, init []*graph.Node) (*graph.Node, []*graph.Node) {
	steps, hidden := xs.Shape().Dim(0), init[0].Shape().Dim(-1)
	if steps == 0 {
		return ops.Lead(init[0], 0), init
	}
	p := ops.Split(project(w, xs, w.BW), -1, hidden, hidden)
	z := ops.Sigmoid(p[0])
	if mask != nil { // a padding step keeps the state
		z = ops.Where(mask, z, ops.Like(0, z))
	}
	keep, add := ops.Affine(-1, z, 1), ops.Mul(z, p[1])
	run, first, last := flow.AssociativeScan, 0, steps-1
	if reverse {
		run, first, last = flow.AssociativeScanReverse, steps-1, 0
	}
	// The initial state enters by what the first step adds.
	start := ops.Mul(ops.Slice(keep, 0, first, 1), ops.Unsqueeze(init[0], 0))
	add = ops.Add(add, ops.Pad(start, 0, first, steps-1-first))
	ys := run(func(a, b []*graph.Node) []*graph.Node {
		return []*graph.Node{ops.Mul(a[0], b[0]), ops.Add(ops.Mul(b[0], a[1]), b[1])}
	}, keep, add)[1]
	return ys, []*graph.Node{ops.Squeeze(ops.Slice(ys, 0, last, 1), 0)}
}
