package nn

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// GRU is a net of gated recurrent units, over sequences x [batch, steps, in]; the formulas are those of ops.GRUCell, with the
// pre-activations xₜ·W + BW and hₜ₋₁·U + BU of the gates r, z, n.
//
//	y [batch, steps, directions·hidden]
//
// Options: Layers, Bidirectional, DropoutRate between layers, and those of Dense.
type GRU struct{ Recurrent }

// NewGRU draws a net from r.
func NewGRU(r *rand.Rand, in, hidden int, opts ...Option) *GRU {
	return &GRU{newRecurrent("gru", r, in, hidden, 3, true, opts)}
}

// Forward returns the states of the last layer at all steps, from initial states 0.
func (n *GRU) Forward(x *graph.Node) *graph.Node {
	y, _ := n.Unroll(x, Unrolling{})
	return y
}

// Unroll is Forward from given states, over sequences of given lengths. h are the last states of all layers, laid out as the initial ones.
func (n *GRU) Unroll(x *graph.Node, from Unrolling) (y, h *graph.Node) {
	y, final := n.unroll("gru", n.hidden(3), x, from.Lengths, []*graph.Node{from.H},
		func(w *RecurrentWeights, reverse bool, xs, mask *graph.Node, init []*graph.Node) (*graph.Node, []*graph.Node) {
			g := xs.Graph()
			u := g.Use(w.U)
			return scan(reverse, project(w, xs, w.BW), mask, init, func(pre *graph.Node, s []*graph.Node) []*graph.Node {
				state := ops.MatMul(s[0], u)
				if w.BU != nil {
					state = ops.Add(state, g.Use(w.BU))
				}
				return []*graph.Node{ops.GRUCell(pre, state, s[0])}
			})
		})
	return y, final[0]
}
