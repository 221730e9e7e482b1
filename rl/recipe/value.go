package recipe

import "github.com/kedja-ml/kedja/rl"

// valueOptions are what the family begins from. Layer normalisation, rewards summed over several steps, a mean of the last weights to play by
// and a rate that falls are what keeps an agent that has learned from forgetting it again: docs/rl.md has the figures.
func valueOptions(envName string) (*rl.QOptions, int) {
	o := &rl.QOptions{
		NetOptions: rl.NetOptions{Hidden: []int{120, 84}, LayerNorm: true}, Objective: "mean", Double: true,
		Start: 1000, Every: 2, Updates: 1, Batch: 128, Capacity: 200_000, Discount: 0.99, NStep: 5, Tau: 0.005, Average: true,
		Rate: 1e-3, LastRate: 1e-6, RateSteps: 20_000, AdamEps: 1e-8, Clip: 10, Epsilon: [2]float64{1, 0.05}, Exploration: 10_000,
		Beta: 0.4, BetaSteps: 15_000, Atoms: 51, Returns: [2]float64{0, 100}, Quantiles: 25, Temperature: 0.03, LogShare: 0.9, LogLeast: -1,
	}
	steps := 30_000
	switch envName {
	case "acrobot":
		steps, o.Returns, o.NStep, o.Every, o.RateSteps = 100_000, [2]float64{-100, 0}, 3, 1, 95_000
	case "mountaincar":
		steps, o.Returns, o.Exploration, o.RateSteps, o.LastRate = 120_000, [2]float64{-100, 0}, 30_000, 60_000, 1e-5
	}
	return o, steps
}

// value makes a member of the family.
func value(change func(o *rl.QOptions)) func(string) Recipe {
	return func(envName string) Recipe {
		o, steps := valueOptions(envName)
		change(o)
		r := Recipe{Steps: steps, Envs: 1, Options: o}
		if image(envName) {
			r.Steps, r.Envs, r.Epsilon = imageSteps, imageValue(o), imageEpsilon
		}
		return r
	}
}

func plain(o *rl.QOptions)       { o.Double, o.NStep, o.Batch, o.Average = false, 1, 64, false }
func double(o *rl.QOptions)      { o.NStep, o.Batch, o.Average = 1, 64, false }
func dueling(o *rl.QOptions)     { o.Dueling = true }
func nstep(o *rl.QOptions)       { o.Double, o.NStep, o.Average = false, 3, false }
func prioritised(o *rl.QOptions) { o.Priority = 0.6 }
func noisy(o *rl.QOptions)       { o.Noisy, o.Epsilon, o.Exploration = 0.5, [2]float64{1, 0}, 1000 }
func categorical(o *rl.QOptions) { o.Objective, o.NStep, o.Batch = "c51", 5, 64 }
func quantile(o *rl.QOptions)    { o.Objective, o.NStep, o.Batch = "quantiles", 5, 64 }
func munchausen(o *rl.QOptions)  { o.Objective, o.Double, o.NStep = "munchausen", false, 1 }

// rainbow is the sum (Hessel et al., 2018).
func rainbow(o *rl.QOptions) {
	for _, part := range []func(*rl.QOptions){dueling, noisy, categorical, prioritised} {
		part(o)
	}
	o.NStep, o.Priority = 3, 0.5
}
