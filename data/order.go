package data

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// An Order says which examples an epoch visits, and when. It depends on the epoch's number alone, so that a run can be taken up in any
// epoch.
type Order interface {
	// Epoch appends to dst the numbers of the examples of an epoch of a set of n examples. Every epoch has the same length.
	Epoch(dst []int, n int, epoch uint64) ([]int, error)
}

// Sequential visits the examples as they come.
type Sequential struct{}

// Epoch implements Order.
func (Sequential) Epoch(dst []int, n int, _ uint64) ([]int, error) {
	dst = slices.Grow(dst, n)
	for i := range n {
		dst = append(dst, i)
	}
	return dst, nil
}

// Shuffled visits every example once an epoch, in an order drawn anew for each.
type Shuffled struct{ Seed uint64 }

// Epoch implements Order.
func (s Shuffled) Epoch(dst []int, n int, epoch uint64) ([]int, error) {
	at := len(dst)
	dst, _ = Sequential{}.Epoch(dst, n, epoch)
	shuffle(dst[at:], rand.New(rand.NewPCG(s.Seed, epoch)))
	return dst, nil
}

func shuffle(a []int, r *rand.Rand) {
	r.Shuffle(len(a), func(i, j int) { a[i], a[j] = a[j], a[i] })
}

// Weighted draws examples with replacement, each with a probability in proportion to its weight. Weights are not negative, and not all 0.
type Weighted struct {
	Weights []float64
	N       int // draws an epoch; as many as there are examples if 0
	Seed    uint64
}

// Epoch implements Order.
func (w Weighted) Epoch(dst []int, n int, epoch uint64) ([]int, error) {
	if len(w.Weights) != n {
		return dst, fmt.Errorf("data: %d weights for %d examples", len(w.Weights), n)
	}
	sum, ends := 0.0, make([]float64, n)
	for i, v := range w.Weights {
		if !(v >= 0) || math.IsInf(v, 0) {
			return dst, fmt.Errorf("data: example %d has the weight %v, want a number from 0 on", i, v)
		}
		sum += v
		ends[i] = sum
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return dst, fmt.Errorf("data: the weights sum to %v, want a positive number", sum)
	}
	r := rand.New(rand.NewPCG(w.Seed, epoch))
	draws := w.N
	if draws == 0 {
		draws = n
	}
	last := slices.Index(ends, sum) // the first that reaches the sum: those behind it weigh nothing
	for range draws {
		u := r.Float64() * sum
		i := sort.Search(n, func(i int) bool { return ends[i] > u })
		dst = append(dst, min(i, last))
	}
	return dst, nil
}

// Stratified visits every example once an epoch, so that any stretch of the epoch holds the classes in nearly the proportions of the whole.
type Stratified struct {
	Labels []int
	Seed   uint64
}

// Epoch implements Order. Example k of a class of m, each class in an order of its own, takes the place (k + u)/m, u drawn for the class.
func (s Stratified) Epoch(dst []int, n int, epoch uint64) ([]int, error) {
	if len(s.Labels) != n {
		return dst, fmt.Errorf("data: %d labels for %d examples", len(s.Labels), n)
	}
	classes, members := byClass(s.Labels)
	r := rand.New(rand.NewPCG(s.Seed, epoch))
	place := make([]float64, n)
	at := len(dst)
	for _, c := range classes {
		m := members[c]
		shuffle(m, r)
		u := r.Float64()
		for k, i := range m {
			place[i] = (float64(k) + u) / float64(len(m))
		}
		dst = append(dst, m...)
	}
	slices.SortStableFunc(dst[at:], func(i, j int) int {
		switch {
		case place[i] < place[j]:
			return -1
		case place[i] > place[j]:
			return 1
		}
		return 0
	})
	return dst, nil
}

// byClass lists the classes in ascending order, and the examples of each.
func byClass(labels []int) (classes []int, members map[int][]int) {
	members = map[int][]int{}
	for i, c := range labels {
		members[c] = append(members[c], i)
	}
	for c := range members {
		classes = append(classes, c)
	}
	slices.Sort(classes)
	return classes, members
}
