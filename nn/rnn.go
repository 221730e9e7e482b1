package nn

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// RNN is a plain recurrent net (Elman, 1990), over sequences x [batch, steps, in].
//
//	hₜ = Activation(xₜ·W + BW + hₜ₋₁·U + BU)    y [batch, steps, directions·hidden]
//
// Options: Layers, Bidirectional, DropoutRate between layers, Activation (tanh if not given), and those of Dense.
type RNN struct {
	Recurrent
	Activation func(x *graph.Node) *graph.Node
}

// NewRNN draws a net from r.
func NewRNN(r *rand.Rand, in, hidden int, opts ...Option) *RNN {
	n := &RNN{newRecurrent("rnn", r, in, hidden, 1, true, opts), ops.Tanh}
	if f := apply(opts).activation; f != nil {
		n.Activation = f
	}
	return n
}

// Forward returns the states of the last layer at all steps, from initial states 0.
func (n *RNN) Forward(x *graph.Node) *graph.Node {
	y, _ := n.Unroll(x, Unrolling{})
	return y
}

// Unroll is Forward from given states, over sequences of given lengths. h are the last states of all layers, laid out as the initial ones.
func (n *RNN) Unroll(x *graph.Node, from Unrolling) (y, h *graph.Node) {
	y, final := n.unroll("rnn", n.hidden(1), x, from.Lengths, []*graph.Node{from.H},
		func(w *RecurrentWeights, reverse bool, xs, mask *graph.Node, init []*graph.Node) (*graph.Node, []*graph.Node) {
			u := xs.Graph().Use(w.U)
			return scan(reverse, project(w, xs, w.BW, w.BU), mask, init, func(pre *graph.Node, s []*graph.Node) []*graph.Node {
				return []*graph.Node{n.Activation(ops.Add(pre, ops.MatMul(s[0], u)))}
			})
		})
	return y, final[0]
}
