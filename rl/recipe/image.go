package recipe

import (
	"github.com/kedja-ml/kedja/rl"
	"github.com/kedja-ml/kedja/rl/env/catalog"
)

// image reports whether an environment shows images [channels, rows, columns] large enough for convolutions: MinAtar's are. The settings below
// are for those games, one for all five; docs/rl.md has what they reach.
func image(envName string) bool {
	e, err := catalog.Make(envName)
	if err != nil {
		return false
	}
	s := e.Spec().Obs
	return len(s) == 3 && min(s[1], s[2]) >= 8
}

// How many frames the published scores of MinAtar were made in, and the share of random actions that the agents had.
const (
	imageSteps   = 5_000_000
	imageEpsilon = 0.1
)

// The network of Young & Tian (2019).
func sight() (filters, hidden []int) { return []int{16}, []int{128} }

// imageRollout sets what learns from what it has just done: PQN by the numbers that its authors (Gallici et al., 2025) published for MinAtar.
func imageRollout(algorithm string, o *rl.RolloutOptions) (envs int) {
	o.Filters, o.Hidden = sight()
	o.Rollout, o.Epochs, o.Minibatches, o.Discount, o.Lambda, o.Rate, envs = 32, 4, 16, 0.99, 0.95, 5e-4, 128
	switch algorithm {
	case "pqn":
		o.Epochs, o.Minibatches, o.Lambda, o.Rectified, o.AdamEps = 2, 32, 0.65, true, 1e-8
		o.Exploration = imageSteps / 10
	case "ppo":
		o.Entropy = 0.01
	case "a2c", "reinforce":
		o.Entropy, o.Epochs, o.Minibatches, o.Rollout = 0.01, 1, 1, 8
	}
	return envs
}

// imageValue sets what learns from a memory.
func imageValue(o *rl.QOptions) (envs int) {
	o.Filters, o.Hidden = sight()
	o.Start, o.Every, o.Batch, o.Capacity = 5000, 8, 64, 100_000
	o.Tau, o.Target, o.Average = 0, 500, false
	o.Rate, o.LastRate, o.RateSteps, o.AdamEps = 5e-4, 0, imageSteps/o.Every, 1e-5
	o.NStep, o.BetaSteps, o.Returns = min(o.NStep, 3), imageSteps/o.Every, [2]float64{0, 50}
	if o.Noisy == 0 {
		o.Exploration = imageSteps / 20
	}
	return 16
}
