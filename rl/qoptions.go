package rl

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/rl/replay"
)

// QOptions are the settings of Q-learning from a memory (Mnih et al., 2015), and of what others have added to it. Steps are those of
// environments, summed over all of them; updates are gradient steps.
type QOptions struct {
	NetOptions
	Objective string // what is learned: one of Objectives

	Start    int // steps of random play before the first update
	Every    int // steps between rounds of updates
	Updates  int // in a round
	Batch    int // transitions of an update
	Capacity int // transitions remembered

	Discount float64 // γ
	NStep    int     // rewards summed in a transition
	Double   bool    // the online network chooses the action whose value the target network gives (van Hasselt et al., 2016)
	Target   int     // updates between copies to the target network; 0 where it follows by Tau
	Tau      float64 // share by which the target network goes towards the online one at each update (Lillicrap et al., 2016)
	Average  bool    // play greedily by the target network: with Tau, by a running mean of the weights

	Rate, LastRate float64 // of Adam, first and last
	RateSteps      int     // updates over which it falls; constant if 0
	AdamEps        float64
	Clip           float64 // of the gradient's norm; none if 0

	Epsilon     [2]float64 // probability of a random action, first and last
	Exploration int        // steps over which it falls

	Priority  float64 // α of prioritised replay; drawn evenly if 0
	Beta      float64 // of its weights at first, rising to 1
	BetaSteps int     // updates over which it rises

	Atoms       int        // of Objective "c51"
	Returns     [2]float64 // that they span
	Quantiles   int        // of Objective "quantiles"
	Temperature float64    // τ of Objective "munchausen"
	LogShare    float64    // α of it
	LogLeast    float64    // l₀ of it
}

// check says which setting cannot be.
func (o QOptions) check() error {
	share := func(x ...float64) bool {
		for _, v := range x {
			if !(v >= 0 && v <= 1) {
				return false
			}
		}
		return true
	}
	for _, n := range o.Hidden {
		if n < 1 {
			return fmt.Errorf("hidden layers of %v, want widths of at least 1", o.Hidden)
		}
	}
	switch {
	case !(o.Noisy >= 0) || math.IsInf(o.Noisy, 0):
		return fmt.Errorf("noise of %v, want at least 0", o.Noisy)
	case o.Start < 0 || o.Every < 1 || o.Updates < 1:
		return fmt.Errorf("%d updates every %d steps after %d, want at least 1, 1 and 0", o.Updates, o.Every, o.Start)
	case o.Batch < 1 || o.Batch > o.Capacity:
		return fmt.Errorf("batches of %d from a memory of %d transitions", o.Batch, o.Capacity)
	case !share(o.Discount):
		return fmt.Errorf("a discount of %v, want 0 to 1", o.Discount)
	case o.NStep < 1 || o.NStep > o.Capacity:
		return fmt.Errorf("rewards of %d steps summed, want at least 1 and no more than the memory of %d", o.NStep, o.Capacity)
	case o.Target < 0 || !share(o.Tau) || (o.Target == 0) == (o.Tau == 0):
		return fmt.Errorf("a target network copied every %d updates and moved by a share of %v, want one of the two", o.Target, o.Tau)
	case !(o.Rate >= 0) || !(o.LastRate >= 0) || math.IsInf(o.Rate+o.LastRate, 0) || o.RateSteps < 0:
		return fmt.Errorf("a rate from %v to %v over %d updates, want no negative number", o.Rate, o.LastRate, o.RateSteps)
	case !(o.AdamEps > 0):
		return fmt.Errorf("an epsilon of Adam of %v, want more than 0", o.AdamEps)
	case !(o.Clip >= 0):
		return fmt.Errorf("gradients clipped to a norm of %v, want at least 0", o.Clip)
	case !share(o.Epsilon[:]...) || o.Exploration < 0:
		return fmt.Errorf("random actions with probabilities %v over %d steps, want 0 to 1, and at least 0", o.Epsilon, o.Exploration)
	case !(o.Priority >= 0) || !share(o.Beta) || o.BetaSteps < 0:
		return fmt.Errorf("priorities with exponents %v and %v over %d updates, want at least 0, 0 to 1, and at least 0", o.Priority, o.Beta, o.BetaSteps)
	}
	return nil
}

// between is the value at a step of a line from a to b over so many steps.
func between(a, b float64, step, steps int) float64 {
	if step >= steps {
		return b
	}
	return a + (b-a)*float64(step)/float64(steps)
}

// New makes the agent.
func (o *QOptions) New(s Setup) (Agent, error) { return NewQLearner(s, *o) }

// Bytes is what its memory of transitions takes.
func (o *QOptions) Bytes(s Setup) int64 {
	return replay.Bytes(o.Capacity, s.transition(), o.Priority > 0)
}
