package recipe

import "github.com/kedja-ml/kedja/rl"

// box sets an algorithm whose actions are vectors.
func box(algorithm string) func(string) Recipe {
	return func(envName string) Recipe {
		o := &rl.BoxOptions{
			Algorithm: algorithm, Hidden: []int{64, 64}, Start: 500, Every: 1, Updates: 1, Batch: 128, Capacity: 50_000, Discount: 0.98, Tau: 0.01,
			ActorRate: 1e-3, CriticRate: 1e-3, AlphaRate: 1e-3, Noise: 0.1, TargetNoise: 0.2, NoiseClip: 0.5, Delay: 1, Alpha: 1,
		}
		if algorithm == "td3" {
			o.Delay = 2
		}
		steps := 20_000
		if envName != "pendulum" {
			steps = 50_000
		}
		return Recipe{Steps: steps, Envs: 1, Options: o}
	}
}
