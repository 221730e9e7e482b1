package rl

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// munchausen is the objective of M-DQN (Vieillard et al., 2020, eq. 4): the reward is raised by a share of the logarithm of the policy
// that the target network implies, π = softmax(Q_target/τ), and the next state is worth what that policy expects, its entropy included:
//
//	r + α·clip(τ·ln π(a|s), l₀, 0) + γ·Σ_a' π(a'|s')·(Q_target(s', a') − τ·ln π(a'|s')) − Q(s, a)
type munchausen struct {
	meanReturn
	temperature, share, least float64
}

func (m munchausen) loss(b transitions) (each, priority *graph.Node) {
	logPolicy := func(q *graph.Node) *graph.Node {
		return ops.Scale(m.temperature, ops.LogSoftmax(ops.Scale(1/m.temperature, q), -1))
	}
	bonus := ops.Clamp(ops.Pick(logPolicy(m.values(b.Target(b.Obs))), b.Actions), m.least, 0)
	next := m.values(b.Target(b.Next))
	log := logPolicy(next)
	value := ops.Sum(ops.Mul(ops.Exp(ops.Scale(1/m.temperature, log)), ops.Sub(next, log)), -1)
	target := ops.Add(ops.Add(b.Rewards, ops.Scale(m.share, bonus)), ops.Mul(b.Discounts, value))
	return temporal(ops.Pick(m.values(b.Online(b.Obs)), b.Actions), ops.StopGradient(target))
}
