package toy

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/internal/npyrand"
	"github.com/kedja-ml/kedja/rl/env"
)

// Move is one of the things that an action may lead to.
type Move struct {
	P      float64 // its probability
	To     int     // the next state
	Reward float64
	End    bool // the episode is terminated
}

// MDP is a finite Markov decision process: Moves[s·Actions + a] is what action a may lead to in state s; their probabilities sum to 1.
type MDP struct {
	States, Actions int
	Start           int
	Moves           [][]Move
}

// Optimal returns the value of each action in each state, [states, actions], for who acts best from there on:
//
//	Q(s, a) = Σ p·(r + γ·max Q(s′, ·))
//
// found by value iteration (Bellman, 1957) until no value changes by more than tolerance. It is an error if that takes more than a million
// sweeps, as where a discount of 1 meets an episode that need not end.
func (m *MDP) Optimal(discount, tolerance float64) ([]float64, error) {
	q, v := make([]float64, m.States*m.Actions), make([]float64, m.States)
	for range 1_000_000 {
		most := 0.0
		for s := range v {
			best := math.Inf(-1)
			for a := range m.Actions {
				sum := 0.0
				for _, move := range m.Moves[s*m.Actions+a] {
					worth := move.Reward
					if !move.End {
						worth += discount * v[move.To]
					}
					sum += move.P * worth
				}
				q[s*m.Actions+a] = sum
				best = max(best, sum)
			}
			most = max(most, math.Abs(best-v[s]))
			v[s] = best
		}
		if most <= tolerance {
			return q, nil
		}
	}
	return nil, fmt.Errorf("toy: values still change after a million sweeps at a discount of %v", discount)
}

// Tabular is an MDP as an environment. The observation has a 1 at the state's number and 0 elsewhere.
type Tabular struct {
	MDP
	name  string
	limit int
	s     struct {
		env.Episode
		At     int32
		Random npyrand.Rand
	}
}

// NewTabular returns an environment whose episodes are cut off after limit steps; 0 is no limit.
func NewTabular(name string, m MDP, limit int) (*Tabular, error) {
	if m.States < 1 || m.Actions < 1 || len(m.Moves) != m.States*m.Actions || m.Start < 0 || m.Start >= m.States {
		return nil, fmt.Errorf("toy: %d states, %d actions, a start at %d and %d lists of moves: want one for each pair, and a start among them", m.States, m.Actions, m.Start, len(m.Moves))
	}
	for i, moves := range m.Moves {
		sum := 0.0
		for _, move := range moves {
			if !(move.P >= 0) || move.To < 0 || move.To >= m.States {
				return nil, fmt.Errorf("toy: state %d, action %d leads to state %d with a probability of %v", i/m.Actions, i%m.Actions, move.To, move.P)
			}
			sum += move.P
		}
		if !(math.Abs(sum-1) < 1e-9) {
			return nil, fmt.Errorf("toy: the probabilities of state %d, action %d sum to %v, want 1", i/m.Actions, i%m.Actions, sum)
		}
	}
	return &Tabular{MDP: m, name: name, limit: limit}, nil
}

func (t *Tabular) Spec() env.Spec {
	return env.Spec{Name: t.name, Obs: []int{t.States}, Actions: env.Discrete(t.Actions)}
}

// State is the number of the state.
func (t *Tabular) State() int { return int(t.s.At) }

func (t *Tabular) Reset(seed uint64, obs []float32) {
	t.s.Random.Seed(seed)
	t.s.At = int32(t.Start)
	t.s.Begin()
	t.observe(obs)
}

func (t *Tabular) observe(obs []float32) {
	clear(obs)
	obs[t.s.At] = 1
}

// Step draws one of the action's moves.
func (t *Tabular) Step(a env.Action, obs []float32) (env.Outcome, error) {
	if err := t.s.Check(t.name, t.Actions, a); err != nil {
		return env.Outcome{}, err
	}
	moves := t.Moves[int(t.s.At)*t.Actions+a.Index]
	k := 0
	if len(moves) > 1 {
		for u := t.s.Random.Float64() - moves[0].P; u >= 0 && k < len(moves)-1; u -= moves[k].P {
			k++
		}
	}
	t.s.At = int32(moves[k].To)
	t.observe(obs)
	return t.s.Next(float32(moves[k].Reward), moves[k].End, int32(t.limit)), nil
}

func (t *Tabular) AppendBinary(b []byte) ([]byte, error) { return env.Pack(b, &t.s) }

func (t *Tabular) UnmarshalBinary(b []byte) error {
	was := t.s
	if err := env.Unpack(t.name, b, &t.s); err != nil {
		return err
	}
	if at := t.s.At; at < 0 || int(at) >= t.States {
		t.s = was
		return fmt.Errorf("%s: a saved state in place %d of %d", t.name, at, t.States)
	}
	return nil
}
