package rl

import (
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/rl/env"
)

// A Loop lets an agent play environments side by side. The loop around Step belongs to the user:
//
//	for l.Steps < 50_000 {
//		if err := l.Step(); err != nil { … }
//	}
type Loop struct {
	Agent Agent
	Envs  *env.Vec
	Steps int // of environments, summed over all of them

	before []float32 // the observations that the actions answer
}

// Step does one step in each environment, and tells the agent.
func (l *Loop) Step() error {
	v := l.Envs
	l.before = append(l.before[:0], v.Obs...)
	actions := Actions{v.Index, v.Point}
	if err := l.Agent.Act(l.before, actions); err != nil {
		return err
	}
	if err := v.Step(); err != nil {
		return err
	}
	l.Steps += v.Len()
	err := l.Agent.Observe(Experience{
		Obs: l.before, Actions: actions, Rewards: v.Reward, Next: v.Next, Terminated: v.Terminated, Truncated: v.Truncated,
	})
	if err != nil {
		return fmt.Errorf("step %d: %w", l.Steps, err)
	}
	return nil
}

// WithEpsilon is the agent with a Greedy that does one of so many actions at random with probability ε, by the numbers of a seed: the scores that
// are published of some environments are of agents that act so.
func WithEpsilon(a Agent, actions int, epsilon float64, seed uint64) Agent {
	return &wavering{a, actions, epsilon, NewRand(seed, 3)}
}

type wavering struct {
	Agent
	actions int
	epsilon float64
	r       *Rand
}

func (w *wavering) Greedy(obs []float32, to Actions) error {
	err := w.Agent.Greedy(obs, to)
	for i := range to.Numbers {
		if w.r.Float64() < w.epsilon {
			to.Numbers[i] = int32(w.r.IntN(w.actions))
		}
	}
	return err
}

func (w *wavering) Begin(rows []bool) { Begin(w.Agent, rows...) }

// An Evaluation plays whole episodes greedily.
type Evaluation struct {
	Returns []float64 // of the episodes
	Lengths []int
}

// Mean is that of the returns.
func (e Evaluation) Mean() float64 {
	sum := 0.0
	for _, r := range e.Returns {
		sum += r
	}
	return sum / float64(len(e.Returns))
}

// Worst is the smallest return.
func (e Evaluation) Worst() float64 { return slices.Min(e.Returns) }

// Evaluate plays so many episodes greedily, side by side, each from a seed of its own.
func Evaluate(a Agent, newEnv func() (env.Env, error), episodes int, seed uint64) (Evaluation, error) {
	if episodes < 1 {
		return Evaluation{}, fmt.Errorf("rl: an evaluation of %d episodes, want at least 1", episodes)
	}
	v, err := env.NewVec(newEnv, episodes, seed, 1)
	if err != nil {
		return Evaluation{}, err
	}
	e := Evaluation{make([]float64, episodes), make([]int, episodes)}
	over := slices.Repeat([]bool{true}, episodes)
	for left := episodes; left > 0; {
		Begin(a, over...)
		if err := a.Greedy(v.Obs, Actions{v.Index, v.Point}); err != nil {
			return Evaluation{}, err
		}
		if err := v.Step(); err != nil {
			return Evaluation{}, err
		}
		for i, n := range v.Length {
			over[i] = v.Terminated[i] || v.Truncated[i]
			if e.Lengths[i] == 0 && over[i] {
				e.Returns[i], e.Lengths[i] = v.Return[i], n
				left--
			}
		}
	}
	return e, nil
}
