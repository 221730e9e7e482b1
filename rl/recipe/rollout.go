package recipe

import "github.com/kedja-ml/kedja/rl"

// rollout sets an algorithm that learns from what it has just done.
func rollout(algorithm string, change func(o *rl.RolloutOptions) int) func(string) Recipe {
	return func(envName string) Recipe {
		o := &rl.RolloutOptions{
			Objective: "policy", Hidden: []int{64, 64}, Rollout: 32, Epochs: 10, Minibatches: 1, Discount: 0.98, Lambda: 0.8, Clip: 0.2,
			Normalize: true, ValueShare: 0.5, Rate: 1e-3, LastRate: 0, AdamEps: 1e-5, ClipNorm: 0.5,
		}
		r := Recipe{Steps: 100_000, Envs: change(o), Options: o}
		if image(envName) && o.Cells == 0 {
			r.Steps, r.Envs, r.Epsilon = imageSteps, imageRollout(algorithm, o), imageEpsilon
		}
		if o.RateSteps == 0 {
			o.RateSteps = r.Steps / (r.Envs * o.Rollout) * o.Epochs * o.Minibatches
		}
		return r
	}
}

func ppo(*rl.RolloutOptions) int { return 8 }

func a2c(o *rl.RolloutOptions) int {
	o.Rollout, o.Epochs, o.Lambda, o.Discount, o.Clip, o.Rate = 8, 1, 0.95, 0.99, 0, 2e-3
	return 8
}

func reinforce(o *rl.RolloutOptions) int {
	o.Rollout, o.Epochs, o.Lambda, o.Discount, o.Clip, o.Rate = 64, 1, 1, 0.99, 0, 5e-3
	return 8
}

func recurrent(o *rl.RolloutOptions) int {
	o.Cells, o.Hidden, o.Discount, o.Lambda, o.Entropy, o.Rate = 32, []int{}, 0.99, 1, 0.01, 3e-3
	return 16
}

func pqn(o *rl.RolloutOptions) int {
	o.Objective, o.Hidden, o.LayerNorm, o.Rollout, o.Epochs, o.Minibatches = "q", []int{120, 84}, true, 64, 4, 4
	o.Discount, o.Lambda, o.Rate, o.ClipNorm, o.Epsilon, o.Exploration = 0.99, 0.65, 1e-3, 10, [2]float64{1, 0.05}, 30_000
	return 4
}
