package rl

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// td3Value is what a state is worth to TD3 (Fujimoto et al., 2018, algorithm 1): the target critics' least at the target actor's action, with
// noise that is held within ±NoiseClip. With one critic and no noise it is DDPG's (Lillicrap et al., 2016, algorithm 1).
func td3Value(critics []*MLP, action, next *graph.Node, o BoxOptions) *graph.Node {
	if o.TargetNoise > 0 && o.Algorithm == "td3" {
		noise := ops.Clamp(ops.Scale(o.TargetNoise, ops.NormalOf(action.Graph(), action.Type())), -o.NoiseClip, o.NoiseClip)
		action = ops.Clamp(ops.Add(action, noise), -1, 1)
	}
	return least(critics, next, action)
}
