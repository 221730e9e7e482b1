package replay

import (
	"fmt"
	"iter"

	"github.com/kedja-ml/kedja/graph"
)

// Steps sums the rewards of n steps in a row (Sutton, 1988), for several environments that are played side by side:
//
//	rₜ + γ·rₜ₊₁ + … + γⁿ⁻¹·rₜ₊ₙ₋₁ + γⁿ·V(sₜ₊ₙ)
//
// Where an episode ends earlier, so do the sums; where it is cut off, they go on with the value of the state at the cut.
type Steps struct {
	n        int
	discount float64
	size     Size
	obs      []float32 // of each environment, n rows, the oldest first
	vectors  []float32
	actions  []int32
	rewards  []float32
	pending  []int64 // rows in use, of each
}

// NewSteps makes sums over n steps, 1 or more.
func NewSteps(n, envs int, discount float64, s Size) *Steps {
	return &Steps{
		n: n, discount: discount, size: s, obs: make([]float32, envs*n*s.Obs), vectors: make([]float32, envs*n*s.Action),
		actions: make([]int32, envs*n), rewards: make([]float32, envs*n), pending: make([]int64, envs),
	}
}

// Push takes a step of one environment and gives add the transitions that it completes, whose slices are valid until add returns.
func (s *Steps) Push(e int, t Transition, terminated, truncated bool, add func(Transition)) {
	w, v := s.size.Obs, s.size.Action
	obs, vectors := s.obs[e*s.n*w:(e+1)*s.n*w], s.vectors[e*s.n*v:(e+1)*s.n*v]
	actions, rewards := s.actions[e*s.n:(e+1)*s.n], s.rewards[e*s.n:(e+1)*s.n]
	k := int(s.pending[e])
	copy(obs[k*w:], t.Obs)
	copy(vectors[k*v:], t.Vector)
	actions[k], rewards[k] = t.Action, t.Reward
	k++
	done := 0 // the oldest so many are summed
	switch {
	case terminated || truncated:
		done = k
	case k == s.n:
		done = 1
	}
	for i := range done {
		sum, by := 0.0, 1.0
		for _, r := range rewards[i:k] {
			sum += float64(by * float64(r))
			by *= s.discount
		}
		if terminated {
			by = 0
		}
		add(Transition{
			Obs: obs[i*w : (i+1)*w], Next: t.Next, Action: actions[i], Vector: vectors[i*v : (i+1)*v],
			Reward: float32(sum), Discount: float32(by),
		})
	}
	copy(obs, obs[done*w:k*w])
	copy(vectors, vectors[done*v:k*v])
	copy(actions, actions[done:k])
	copy(rewards, rewards[done:k])
	s.pending[e] = int64(k - done)
}

// Arrays yields what is not yet summed, as it lies.
func (s *Steps) Arrays() iter.Seq2[string, graph.Buffer] {
	return func(yield func(string, graph.Buffer) bool) {
		n := len(s.actions)
		_ = yield("obs", graph.BufferOf(s.obs, n, s.size.Obs)) && yield("actions", graph.BufferOf(s.actions, n)) &&
			yield("vectors", graph.BufferOf(s.vectors, n, s.size.Action)) && yield("rewards", graph.BufferOf(s.rewards, n)) &&
			yield("pending", graph.BufferOf(s.pending, len(s.pending)))
	}
}

// Restored looks at arrays that were read.
func (s *Steps) Restored() error {
	for e, k := range s.pending {
		if k < 0 || k >= int64(s.n) {
			return fmt.Errorf("replay: %d steps of environment %d are not yet summed, want 0 to %d", k, e, s.n-1)
		}
	}
	return nil
}
