package nn

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// LSTM is a net with long short-term memory, over sequences x [batch, steps, in]; the formulas are those of ops.LSTMCell, with the
// pre-activations xₜ·W + BW + hₜ₋₁·U + BU of the gates i, f, g, o.
//
//	y [batch, steps, directions·hidden]
//
// Options: Layers, Bidirectional, DropoutRate between layers, and those of Dense.
type LSTM struct{ Recurrent }

// NewLSTM draws a net from r.
func NewLSTM(r *rand.Rand, in, hidden int, opts ...Option) *LSTM {
	return &LSTM{newRecurrent("lstm", r, in, hidden, 4, true, opts)}
}

// Forward returns the states of the last layer at all steps, from initial states and cells 0.
func (n *LSTM) Forward(x *graph.Node) *graph.Node {
	y, _, _ := n.Unroll(x, Unrolling{})
	return y
}

// Unroll is Forward from given states and cells, over sequences of given lengths. h and c are the last states and cells of all layers, laid
// out as the initial ones.
func (n *LSTM) Unroll(x *graph.Node, from Unrolling) (y, h, c *graph.Node) {
	y, final := n.unroll("lstm", n.hidden(4), x, from.Lengths, []*graph.Node{from.H, from.C},
		func(w *RecurrentWeights, reverse bool, xs, mask *graph.Node, init []*graph.Node) (*graph.Node, []*graph.Node) {
			u := xs.Graph().Use(w.U)
			return scan(reverse, project(w, xs, w.BW, w.BU), mask, init, func(pre *graph.Node, s []*graph.Node) []*graph.Node {
				h, c := ops.LSTMCell(pre, ops.MatMul(s[0], u), s[1])
				return []*graph.Node{h, c}
			})
		})
	return y, final[0], final[1]
}
