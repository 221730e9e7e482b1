package rl

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/rl/dist"
)

// ActorCritic is a network for a policy, whose last layer begins small, and one for values; where observations are images, both look at what the
// same convolutions make of them.
type ActorCritic struct {
	Sight         *Sight // nil for none
	Actor, Critic *MLP
}

// NewActorCritic draws one from r for observations of a shape.
func NewActorCritic(r *rand.Rand, obs []int, actions int, filters, hidden []int) *ActorCritic {
	sight, in := NewSight(r, obs, filters, false)
	sizes := func(out int) []int { return append(append([]int{in}, hidden...), out) }
	return &ActorCritic{sight, NewMLP(r, ops.Tanh, 0.01, sizes(actions)...), NewMLP(r, ops.Tanh, 1, sizes(1)...)}
}

// ppo is the objective of policy gradients. With a clip it is PPO's (Schulman et al., 2017, eq. 7 and 9): with the ratio ρ = π(a|s)/π_old(a|s),
//
//	−mean min(ρ·A, clip(ρ, 1−ε, 1+ε)·A) + share·½·mean (V − R)² − entropy·mean H
//
// Without one the first term is −mean A·ln π(a|s): A2C's (Mnih et al., 2016), and REINFORCE's with a baseline where λ is 1.
type ppo struct {
	net *ActorCritic
	o   RolloutOptions
}

// both gives logits [N, actions] and values [N].
func (n *ActorCritic) both(obs *graph.Node) (logits, values *graph.Node) {
	x := n.Sight.Forward(obs)
	return n.Actor.Forward(x), ops.Squeeze(n.Critic.Forward(x), -1)
}

func (p ppo) play(obs *graph.Node) []*graph.Node {
	logits, values := p.net.both(obs)
	c := dist.Categorical{Logits: logits}
	action := c.Sample()
	return []*graph.Node{action, c.LogProb(action), values}
}

func (p ppo) best(obs *graph.Node) []*graph.Node {
	logits, _ := p.net.both(obs)
	return []*graph.Node{dist.Categorical{Logits: logits}.Mode()}
}

func (p ppo) loss(b minibatch) *graph.Node {
	logits, values := p.net.both(b.Obs)
	return policyLoss(logits, values, b, p.o)
}

// policyLoss is that of logits [N, actions] and values [N].
func policyLoss(logits, values *graph.Node, b minibatch, o RolloutOptions) *graph.Node {
	c := dist.Categorical{Logits: logits}
	log, advantages := c.LogProb(b.Actions), b.Advantages
	if o.Normalize {
		centred := ops.Sub(advantages, ops.MeanKeep(advantages, 0))
		advantages = ops.Div(centred, ops.Offset(ops.StdKeep(advantages, 1, 0), 1e-8))
	}
	gain := ops.Mul(advantages, log)
	if o.Clip > 0 {
		ratio := ops.Exp(ops.Sub(log, b.LogProbs))
		gain = ops.Minimum(ops.Mul(ratio, advantages), ops.Mul(ops.Clamp(ratio, 1-o.Clip, 1+o.Clip), advantages))
	}
	off := half(ops.Sub(values, b.Returns))
	if o.ClipValue && o.Clip > 0 {
		held := ops.Add(b.Values, ops.Clamp(ops.Sub(values, b.Values), -o.Clip, o.Clip))
		worse := ops.Maximum(ops.Square(ops.Sub(values, b.Returns)), ops.Square(ops.Sub(held, b.Returns)))
		off = ops.Scale(0.5, ops.Mean(worse))
	}
	loss := ops.Sub(ops.Scale(o.ValueShare, off), ops.Mean(gain))
	return ops.Sub(loss, ops.Scale(o.Entropy, ops.Mean(c.Entropy())))
}
