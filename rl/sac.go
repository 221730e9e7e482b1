package rl

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// sacValue is what a state is worth to SAC (Haarnoja et al., 2018, eq. 3, with two critics): an action a of the policy there, and its entropy,
//
//	min_i Q_i(s', a) − α·ln π(a|s')
func sacValue(critics []*MLP, next, action, logProb, alpha *graph.Node) *graph.Node {
	return ops.Sub(least(critics, next, action), ops.Mul(alpha, logProb))
}

// sacActor is made small by the policy (eq. 9): mean of α·ln π(a|s) − min_i Q_i(s, a), where a is a function of the policy's parameters.
func sacActor(critics []*MLP, obs, action, logProb, alpha *graph.Node) *graph.Node {
	return ops.Mean(ops.Sub(ops.Mul(ops.StopGradient(alpha), logProb), least(critics, obs, action)))
}
