package rl

import (
	"fmt"
	"math"
)

// RolloutOptions are the settings of agents that learn from what they have just done, and then forget it: PPO (Schulman et al., 2017), A2C (Mnih
// et al., 2016), REINFORCE with a baseline (Williams, 1992) and PQN (Gallici et al., 2025). A round is of Rollout steps in each environment.
type RolloutOptions struct {
	Objective string // "policy" or "q"
	Cells     int    // gated recurrent units before the hidden layers, of "policy"; none, and no memory, if 0
	Hidden    []int  // widths of the hidden layers
	Filters   []int  // of convolutions that come before them, where observations are images; none if empty
	LayerNorm bool   // of "q", before each ReLU

	Rollout     int // steps of each environment in a round
	Epochs      int // passes over them
	Minibatches int // updates of a pass

	Discount, Lambda float64 // γ and λ of the advantages (Schulman et al., 2016)

	Clip       float64 // of the policies' ratio; none if 0
	ClipValue  bool    // hold values to within Clip of what they were
	Normalize  bool    // advantages, in each minibatch
	ValueShare float64 // of the values' loss
	Entropy    float64 // share of the entropy, which is made large

	Rate, LastRate float64 // of the optimiser, first and last
	Rectified      bool    // RAdam (Liu et al., 2020) rather than Adam
	RateSteps      int     // updates over which it falls; constant if 0
	AdamEps        float64
	ClipNorm       float64 // of the gradient; none if 0

	Epsilon     [2]float64 // probability of a random action of "q", first and last
	Exploration int        // steps over which it falls
}

func (o RolloutOptions) check(s Setup) error {
	for _, n := range o.Hidden {
		if n < 1 {
			return fmt.Errorf("hidden layers of %v, want widths of at least 1", o.Hidden)
		}
	}
	if o.Cells < 0 || o.Cells > 0 && (o.Objective != "policy" || o.Minibatches < 1 || s.Envs%o.Minibatches != 0) {
		return fmt.Errorf("%d recurrent cells of objective %q, %d environments in %d parts: want policy, and parts of whole environments", o.Cells, o.Objective, s.Envs, o.Minibatches)
	}
	share := func(v float64) bool { return v >= 0 && v <= 1 }
	switch {
	case o.Objective != "policy" && o.Objective != "q":
		return fmt.Errorf("objective %q, want policy or q", o.Objective)
	case o.Rollout < 1 || o.Epochs < 1 || o.Minibatches < 1 || o.Rollout*s.Envs%o.Minibatches != 0:
		return fmt.Errorf("%d passes over %d steps of %d environments in %d parts, want at least 1, and parts of one size", o.Epochs, o.Rollout, s.Envs, o.Minibatches)
	case !share(o.Discount) || !share(o.Lambda) || !share(o.Epsilon[0]) || !share(o.Epsilon[1]):
		return fmt.Errorf("a discount of %v, lambda %v, random actions %v: want 0 to 1", o.Discount, o.Lambda, o.Epsilon)
	case !(o.Clip >= 0 && o.ValueShare >= 0 && o.ClipNorm >= 0) || math.IsNaN(o.Entropy):
		return fmt.Errorf("a clip of %v, a share of values of %v, a norm of %v: want at least 0", o.Clip, o.ValueShare, o.ClipNorm)
	case !(o.Rate >= 0 && o.LastRate >= 0) || math.IsInf(o.Rate+o.LastRate, 0) || o.RateSteps < 0 || !(o.AdamEps > 0):
		return fmt.Errorf("a rate from %v to %v over %d updates, an epsilon of %v: want no negative number, and the last above 0", o.Rate, o.LastRate, o.RateSteps, o.AdamEps)
	}
	return nil
}

// New makes the agent.
func (o *RolloutOptions) New(s Setup) (Agent, error) { return NewRolloutLearner(s, *o) }

// Bytes is what a round takes.
func (o *RolloutOptions) Bytes(s Setup) int64 {
	return 4 * int64(o.Rollout) * int64(s.Envs) * int64(s.Size()+o.Cells+6)
}
