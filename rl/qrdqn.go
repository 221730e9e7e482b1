package rl

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// quantiles is the objective of QR-DQN (Dabney et al., 2018, eq. 10 and algorithm 1): the network gives the quantiles θᵢ of the return at
// the levels τ̂ᵢ = (i + ½)/M, and the loss is
//
//	Σᵢ meanⱼ |τ̂ᵢ − 1[uᵢⱼ < 0]|·huber(|uᵢⱼ|)    uᵢⱼ = r + γ·θⱼ(s', a*) − θᵢ(s, a)
//
// a* is the action of the largest mean. The loss is the priority too.
type quantiles struct {
	double bool
	count  int
}

func (q quantiles) numbers() int { return q.count }

func (quantiles) values(out *graph.Node) *graph.Node { return ops.Mean(out, -1) }

func (q quantiles) loss(b transitions) (each, priority *graph.Node) {
	g, n, m := b.Obs.Graph(), b.Obs.Shape().Dim(0), q.count
	next := b.Target(b.Next)
	by := next
	if q.double {
		by = b.Online(b.Next)
	}
	best := ofAction(next, ops.ArgMax(q.values(by), -1))
	target := ops.Add(ops.Reshape(b.Rewards, n, 1), ops.Mul(ops.Reshape(b.Discounts, n, 1), best))
	target = ops.StopGradient(ops.Reshape(target, n, 1, m))
	u := ops.Sub(target, ops.Reshape(ofAction(b.Online(b.Obs), b.Actions), n, m, 1)) // [N, i, j]
	level := ops.Reshape(ops.Affine(1/float64(m), ops.Iota(g, graph.Float32, m), 0.5/float64(m)), 1, m, 1)
	below := ops.Cast(ops.Less(u, ops.Like(0, u)), graph.Float32)
	each = ops.Sum(ops.Mean(ops.Mul(ops.Abs(ops.Sub(level, below)), huber(ops.Abs(u))), -1), -1)
	return each, ops.StopGradient(each)
}
