package rl

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// pqn is the objective of PQN (Gallici et al., 2025, algorithm 1): Q-learning without memory or target network, which layer normalisation
// keeps stable. The loss is ½·mean (Q(s, a) − R)², R the λ-return in which a state is worth max_a Q(s, a), of the network as it played.
type pqn struct{ net *QNet }

func (p pqn) values(obs *graph.Node) *graph.Node { return ops.Squeeze(p.net.Forward(obs), -1) }

func (p pqn) play(obs *graph.Node) []*graph.Node {
	q := p.values(obs)
	value := ops.Max(q, -1)
	return []*graph.Node{ops.ArgMax(q, -1), ops.Like(0, value), value}
}

func (p pqn) best(obs *graph.Node) []*graph.Node {
	return []*graph.Node{ops.ArgMax(p.values(obs), -1)}
}

func (p pqn) loss(b minibatch) *graph.Node { return qLoss(p.values(b.Obs), b) }

// qLoss is that of values [N, actions].
func qLoss(values *graph.Node, b minibatch) *graph.Node {
	return half(ops.Sub(ops.Pick(values, b.Actions), b.Returns))
}
