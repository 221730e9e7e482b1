// Package replay remembers transitions and draws batches of them (Lin, 1992): evenly, or by priority (Schaul et al., 2016). Rewards of
// several steps are summed before they are remembered (Sutton, 1988). All it holds is plain arrays, which a checkpoint keeps as they lie.
package replay

import (
	"fmt"
	"iter"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

// A Size says what a transition is made of.
type Size struct {
	Obs    int  // numbers of an observation
	Action int  // numbers of an action; 0 where actions are numbered
	Bytes  bool // observations are whole numbers from 0 to 255, and kept as bytes
}

// bytes of a transition.
func (s Size) bytes() int64 {
	number := int64(4)
	if s.Bytes {
		number = 1
	}
	return number*int64(2*s.Obs) + 4*int64(max(1, s.Action)+2)
}

// Bytes is the memory that a buffer takes.
func Bytes(capacity int, s Size, prioritised bool) int64 {
	n := int64(capacity) * s.bytes()
	if prioritised {
		n += 8 * 2 * int64(leaves(capacity))
	}
	return n
}

// A Transition is what one or several steps came to.
type Transition struct {
	Obs, Next []float32
	Action    int32     // its number
	Vector    []float32 // or its coordinates
	Reward    float32   // Σ γᵏ·rₖ over the steps
	Discount  float32   // of the value of Next: γⁿ after n steps, 0 where the episode has ended there
}

// Buffer holds the last transitions, up to its capacity.
type Buffer struct {
	size               Size
	obs, next          rows
	vectors            []float32
	actions            []int32
	rewards, discounts []float32
	cursor             []int64 // how many there are, and where the next one goes
	priorities         *sumTree
}

// New returns a buffer for so many transitions, drawn evenly.
func New(capacity int, s Size) *Buffer {
	return &Buffer{
		size: s, obs: newRows(capacity, s), next: newRows(capacity, s), vectors: make([]float32, capacity*s.Action),
		actions: make([]int32, capacity), rewards: make([]float32, capacity), discounts: make([]float32, capacity), cursor: make([]int64, 2),
	}
}

// NewPrioritised returns a buffer that draws transition i with probability pᵢᵅ/Σ pᵏᵅ, where p is what Update says of it, and the largest p
// so far until then.
func NewPrioritised(capacity int, s Size, alpha float64) *Buffer {
	b := New(capacity, s)
	b.priorities = newSumTree(capacity, alpha)
	return b
}

// Len is the number of transitions in the buffer.
func (b *Buffer) Len() int { return int(b.cursor[0]) }

// Add remembers a transition, and forgets the oldest one if the buffer is full.
func (b *Buffer) Add(t Transition) {
	i, v := int(b.cursor[1]), b.size.Action
	b.obs.put(i, t.Obs)
	b.next.put(i, t.Next)
	copy(b.vectors[i*v:(i+1)*v], t.Vector)
	b.actions[i], b.rewards[i], b.discounts[i] = t.Action, t.Reward, t.Discount
	if b.priorities != nil {
		b.priorities.admit(i)
	}
	b.cursor[1] = int64((i + 1) % len(b.actions))
	b.cursor[0] = min(b.cursor[0]+1, int64(len(b.actions)))
}

// Batch holds transitions side by side: a row each of Obs, Next and Vectors.
type Batch struct {
	Obs, Next, Vectors, Rewards, Discounts []float32
	Actions                                []int32
	// Weights make up for what is drawn more often than evenly: (n·P(i))^−β, the largest of the batch being 1. They are 1 where all are
	// drawn evenly.
	Weights []float32
	places  []int32
}

// NewBatch returns a batch of n transitions.
func NewBatch(n int, s Size) *Batch {
	return &Batch{
		Obs: make([]float32, n*s.Obs), Next: make([]float32, n*s.Obs), Vectors: make([]float32, n*s.Action), Rewards: make([]float32, n),
		Discounts: make([]float32, n), Actions: make([]int32, n), Weights: make([]float32, n), places: make([]int32, n),
	}
}

// Sample fills the batch with transitions drawn with replacement. By priority, each is drawn from a share of its own of the whole sum, as
// Schaul et al. do (section 3.3), and beta is the exponent of Weights. The buffer must not be empty.
func (b *Buffer) Sample(r *rand.Rand, to *Batch, beta float64) {
	if b.priorities != nil {
		b.priorities.sample(r, to.places, b.Len())
		b.priorities.weigh(to.places, to.Weights, b.Len(), beta)
	} else {
		for k := range to.places {
			to.places[k], to.Weights[k] = int32(r.IntN(b.Len())), 1
		}
	}
	w, v := b.size.Obs, b.size.Action
	for k, at := range to.places {
		i := int(at)
		b.obs.get(i, to.Obs[k*w:(k+1)*w])
		b.next.get(i, to.Next[k*w:(k+1)*w])
		copy(to.Vectors[k*v:(k+1)*v], b.vectors[i*v:(i+1)*v])
		to.Actions[k], to.Rewards[k], to.Discounts[k] = b.actions[i], b.rewards[i], b.discounts[i]
	}
}

// Update sets the priorities of a batch that Sample drew. They must not be negative; it does nothing where all are drawn evenly.
func (b *Buffer) Update(of *Batch, priorities []float32) {
	if b.priorities == nil {
		return
	}
	for k, i := range of.places {
		b.priorities.set(int(i), float64(priorities[k]))
	}
}

// Arrays yields all that the buffer holds, as it lies.
func (b *Buffer) Arrays() iter.Seq2[string, graph.Buffer] {
	return func(yield func(string, graph.Buffer) bool) {
		n := len(b.actions)
		ok := yield("obs", b.obs.buffer(n)) && yield("next", b.next.buffer(n)) &&
			yield("rewards", graph.BufferOf(b.rewards, n)) && yield("discounts", graph.BufferOf(b.discounts, n)) &&
			yield("cursor", graph.BufferOf(b.cursor, 2))
		if b.size.Action > 0 {
			ok = ok && yield("vectors", graph.BufferOf(b.vectors, n, b.size.Action))
		} else {
			ok = ok && yield("actions", graph.BufferOf(b.actions, n))
		}
		if ok && b.priorities != nil {
			_ = yield("priorities", graph.BufferOf(b.priorities.leaves(), n)) && yield("largest", graph.BufferOf(b.priorities.largest, 1))
		}
	}
}

// Restored looks at arrays that were read: it returns an error if they are not those of such a buffer, and makes the sums anew.
func (b *Buffer) Restored() error {
	if n := int64(len(b.actions)); b.cursor[0] < 0 || b.cursor[0] > n || b.cursor[1] < 0 || b.cursor[1] >= n {
		return fmt.Errorf("replay: %d transitions of %d, the next at %d", b.cursor[0], n, b.cursor[1])
	}
	if b.priorities != nil {
		return b.priorities.rebuild()
	}
	return nil
}
