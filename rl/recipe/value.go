package recipe

import "github.com/kedja-ml/kedja/rl"

// dqn is the setting that the others of the family begin from.
func dqn(envName string) Recipe {
	o := &rl.QOptions{
		NetOptions: rl.NetOptions{Hidden: []int{120, 84}, LayerNorm: true}, Objective: "mean", Double: true,
		Start: 1000, Every: 2, Updates: 1, Batch: 64, Capacity: 200_000, Discount: 0.99, NStep: 5, Tau: 0.005, Average: true,
		Rate: 1e-3, LastRate: 1e-4, RateSteps: 15_000, AdamEps: 1e-8, Clip: 10, Epsilon: [2]float64{1, 0.05}, Exploration: 10_000,
	}
	return Recipe{Steps: 30_000, Envs: 1, Options: o}
}
