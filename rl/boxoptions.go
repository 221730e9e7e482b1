package rl

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/rl/replay"
)

// BoxOptions are the settings of actors and critics that learn from a memory, where actions are vectors: SAC (Haarnoja et al., 2018), TD3
// (Fujimoto et al., 2018) and DDPG (Lillicrap et al., 2016).
type BoxOptions struct {
	Algorithm string // "sac", "td3" or "ddpg"
	Hidden    []int  // widths of the hidden layers, of actor and critics alike

	Start    int // steps of random play before the first update
	Every    int // steps between rounds of updates
	Updates  int // in a round
	Batch    int // transitions of an update
	Capacity int // transitions remembered

	Discount float64 // γ
	Tau      float64 // share by which the target networks go towards the others

	ActorRate, CriticRate, AlphaRate float64 // of Adam

	Noise       float64 // standard deviation of td3's and ddpg's exploration, where actions are within ±1
	TargetNoise float64 // of the actions that td3's critics are asked about
	NoiseClip   float64 // bound of it
	Delay       int     // critic updates for one of the actor, of td3

	Alpha         float64 // of sac's entropy; learned, from this value on, if AlphaRate is above 0
	TargetEntropy float64 // that it is learned for; −(coordinates of an action) if 0
}

func (o BoxOptions) check() error {
	for _, n := range o.Hidden {
		if n < 1 {
			return fmt.Errorf("hidden layers of %v, want widths of at least 1", o.Hidden)
		}
	}
	switch {
	case o.Algorithm != "sac" && o.Algorithm != "td3" && o.Algorithm != "ddpg":
		return fmt.Errorf("algorithm %q, want sac, td3 or ddpg", o.Algorithm)
	case o.Start < 0 || o.Every < 1 || o.Updates < 1 || o.Delay < 1:
		return fmt.Errorf("%d updates every %d steps after %d, the actor's every %d: want at least 1, 1, 0 and 1", o.Updates, o.Every, o.Start, o.Delay)
	case o.Batch < 1 || o.Batch > o.Capacity:
		return fmt.Errorf("batches of %d from a memory of %d transitions", o.Batch, o.Capacity)
	case !(o.Discount >= 0 && o.Discount <= 1) || !(o.Tau > 0 && o.Tau <= 1):
		return fmt.Errorf("a discount of %v and a target share of %v, want 0 to 1, and more than 0", o.Discount, o.Tau)
	case !(o.ActorRate >= 0 && o.CriticRate >= 0 && o.AlphaRate >= 0) || math.IsInf(o.ActorRate+o.CriticRate+o.AlphaRate, 0):
		return fmt.Errorf("rates of %v, %v and %v, want at least 0", o.ActorRate, o.CriticRate, o.AlphaRate)
	case !(o.Noise >= 0 && o.TargetNoise >= 0 && o.NoiseClip >= 0):
		return fmt.Errorf("noise of %v, and of %v up to %v, want at least 0", o.Noise, o.TargetNoise, o.NoiseClip)
	case o.Algorithm == "sac" && !(o.Alpha > 0):
		return fmt.Errorf("an entropy weight of %v, want more than 0", o.Alpha)
	}
	return nil
}

// New makes the agent.
func (o *BoxOptions) New(s Setup) (Agent, error) { return NewBoxLearner(s, *o) }

// Bytes is what its memory of transitions takes.
func (o *BoxOptions) Bytes(s Setup) int64 {
	return replay.Bytes(o.Capacity, s.transition(), false)
}
