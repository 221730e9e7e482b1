// Package replay remembers transitions and draws batches of them (Lin, 1992).
package replay

import "math/rand/v2"

// Buffer holds the last transitions, up to its capacity.
type Buffer struct {
	obs, next  []float32
	actions    []int32
	rewards    []float32
	terminated []float32
	size, at   int
	width      int
}

// New returns a buffer for so many transitions between observations of the given size.
func New(capacity, obs int) *Buffer {
	return &Buffer{
		obs: make([]float32, capacity*obs), next: make([]float32, capacity*obs), actions: make([]int32, capacity),
		rewards: make([]float32, capacity), terminated: make([]float32, capacity), width: obs,
	}
}

// Len is the number of transitions in the buffer.
func (b *Buffer) Len() int { return b.size }

// Add remembers a transition, and forgets the oldest one if the buffer is full.
func (b *Buffer) Add(obs []float32, action int32, reward float32, next []float32, terminated bool) {
	copy(b.obs[b.at*b.width:(b.at+1)*b.width], obs)
	copy(b.next[b.at*b.width:(b.at+1)*b.width], next)
	b.actions[b.at], b.rewards[b.at], b.terminated[b.at] = action, reward, 0
	if terminated {
		b.terminated[b.at] = 1
	}
	b.at = (b.at + 1) % len(b.actions)
	b.size = min(b.size+1, len(b.actions))
}

// Batch holds transitions side by side: Obs and Next have a row each, Terminated is 1 where the episode ended.
type Batch struct {
	Obs, Next, Rewards, Terminated []float32
	Actions                        []int32
}

// NewBatch returns a batch of n transitions.
func NewBatch(n, obs int) Batch {
	return Batch{
		Obs: make([]float32, n*obs), Next: make([]float32, n*obs), Rewards: make([]float32, n), Terminated: make([]float32, n),
		Actions: make([]int32, n),
	}
}

// Sample fills the batch with transitions drawn uniformly, with replacement. The buffer must not be empty.
func (b *Buffer) Sample(r *rand.Rand, to *Batch) {
	w := b.width
	for k := range to.Actions {
		i := r.IntN(b.size)
		copy(to.Obs[k*w:(k+1)*w], b.obs[i*w:(i+1)*w])
		copy(to.Next[k*w:(k+1)*w], b.next[i*w:(i+1)*w])
		to.Actions[k], to.Rewards[k], to.Terminated[k] = b.actions[i], b.rewards[i], b.terminated[i]
	}
}
