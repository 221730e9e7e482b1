// Package rl holds agents that learn by acting, an algorithm a file.
//
// An [Agent] is told what a step of its environments came to, and learns from that when it is time; [Loop] plays it. Environments are in
// rl/env, memories in rl/replay, distributions over actions in rl/dist; rl/runner adds logs, evaluations and checkpoints to the loop.
package rl

import (
	"encoding"
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

// An Agent chooses actions for one or more environments that are played side by side, and learns. It is for one goroutine at a time.
type Agent interface {
	// Act chooses an action for each row of obs, as exploration has it. Greedy chooses what the agent holds best: by the same bits for each
	// row, whatever the other rows are.
	Act(obs []float32, to Actions) error
	Greedy(obs []float32, to Actions) error
	// Observe is told of a step, and learns if it is time.
	Observe(e Experience) error
	// Report returns means since the last call, such as of the loss, to be logged.
	Report() map[string]float64

	// What follows is all that lasts: with it, an agent that was stopped goes on by the same bits.
	Model() any                              // the network that Greedy plays by; nn.Vars finds its weights
	States() iter.Seq2[string, graph.Var]    // of the learner: other networks, moments, random keys
	Arrays() iter.Seq2[string, graph.Buffer] // of the host, as they lie
	Progress() any                           // pointer to what else there is, as JSON
	Restored() error                         // is called after all of it was read
}

// A Rememberer is an agent whose Greedy may remember, for each row, what it was given in the calls before. Begin says which rows, of as many as
// the next call has, are the first of an episode.
type Rememberer interface{ Begin(rows []bool) }

// Begin tells an agent which rows of the next call of Greedy are the first of an episode; to one that does not remember it is nothing.
func Begin(a Agent, rows ...bool) {
	if r, ok := a.(Rememberer); ok {
		r.Begin(rows)
	}
}

// Actions are one for each environment: numbers, or rows of coordinates.
type Actions struct {
	Numbers []int32
	Vectors []float32 // [n, coordinates]
}

// Experience is what a step of n environments came to.
type Experience struct {
	Obs                   []float32 // before it, [n, obs]
	Actions               Actions
	Rewards               []float32
	Next                  []float32 // after it, [n, obs], where an episode is over the last observation of that
	Terminated, Truncated []bool
}

// Rand draws numbers, and is kept as text.
type Rand struct {
	*rand.Rand
	pcg *rand.PCG
}

var _ interface {
	encoding.TextMarshaler
	encoding.TextUnmarshaler
} = (*Rand)(nil)

// NewRand draws the numbers of a seed and a stream.
func NewRand(seed, stream uint64) *Rand {
	p := rand.NewPCG(seed, stream)
	return &Rand{rand.New(p), p}
}

// MarshalText writes the state in hexadecimal.
func (r *Rand) MarshalText() ([]byte, error) {
	b, err := r.pcg.MarshalBinary()
	return fmt.Appendf(nil, "%x", b), err
}

// UnmarshalText reads it.
func (r *Rand) UnmarshalText(text []byte) error {
	var b []byte
	if _, err := fmt.Sscanf(string(text), "%x", &b); err != nil {
		return fmt.Errorf("random state %q: %w", text, err)
	}
	if r.pcg == nil {
		*r = *NewRand(0, 0)
	}
	return r.pcg.UnmarshalBinary(b)
}
