package rl

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// meanReturn is the objective of DQN (Mnih et al., 2015): Huber's loss of the temporal difference
//
//	r + γ·max_a Q_target(s', a) − Q(s, a)
//
// Double DQN takes Q_target at the action that is best by Q (van Hasselt et al., 2016, eq. 4). The priority is the magnitude of the
// difference.
type meanReturn struct{ double bool }

func (meanReturn) numbers() int { return 1 }

func (meanReturn) values(out *graph.Node) *graph.Node { return ops.Squeeze(out, -1) }

func (m meanReturn) loss(b transitions) (each, priority *graph.Node) {
	next := m.values(b.Target(b.Next))
	var value *graph.Node
	if m.double {
		value = ops.Pick(next, ops.ArgMax(m.values(b.Online(b.Next)), -1))
	} else {
		value = ops.Max(next, -1)
	}
	target := ops.StopGradient(ops.Add(b.Rewards, ops.Mul(b.Discounts, value)))
	return temporal(ops.Pick(m.values(b.Online(b.Obs)), b.Actions), target)
}

// temporal is Huber's loss of the difference between a value and its target, and the magnitude of the difference.
func temporal(value, target *graph.Node) (each, priority *graph.Node) {
	d := ops.Abs(ops.Sub(value, target))
	return huber(d), ops.StopGradient(d)
}

// huber is ½d² where d ≤ 1 and d − ½ elsewhere, for d ≥ 0.
func huber(d *graph.Node) *graph.Node {
	near := ops.Clamp(d, 0, 1)
	return ops.Add(ops.Scale(0.5, ops.Square(near)), ops.Sub(d, near))
}
