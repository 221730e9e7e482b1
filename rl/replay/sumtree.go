package replay

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// A sumTree holds a number for each of n places, and finds the one at which the running sum passes a value, in O(log n) steps: node i has
// the sum of its children 2i and 2i+1, and the leaves begin at the first power of two that is at least n. Each sum is a function of the
// leaves alone, so that a tree made anew from them has the same bits.
type sumTree struct {
	nodes   []float64
	first   int // leaf
	n       int
	alpha   float64
	largest []float64 // pᵅ so far, at least 1 until one is set
}

// leaves is the first power of two that is at least n.
func leaves(n int) int {
	k := 1
	for k < n {
		k *= 2
	}
	return k
}

func newSumTree(n int, alpha float64) *sumTree {
	k := leaves(n)
	return &sumTree{nodes: make([]float64, 2*k), first: k, n: n, alpha: alpha, largest: []float64{1}}
}

func (t *sumTree) leaves() []float64 { return t.nodes[t.first : t.first+t.n] }

// least keeps what had no error within reach.
const least = 1e-6

// set gives a place the priority p.
func (t *sumTree) set(i int, p float64) {
	v := math.Pow(p+least, t.alpha)
	t.largest[0] = max(t.largest[0], v)
	t.put(i, v)
}

// admit gives a place the largest priority.
func (t *sumTree) admit(i int) { t.put(i, t.largest[0]) }

func (t *sumTree) put(i int, v float64) {
	k := t.first + i
	t.nodes[k] = v
	for k /= 2; k > 0; k /= 2 {
		t.nodes[k] = t.nodes[2*k] + t.nodes[2*k+1]
	}
}

// find is the place at which the running sum passes v.
func (t *sumTree) find(v float64) int {
	k := 1
	for k < t.first {
		k *= 2
		if left := t.nodes[k]; v >= left && t.nodes[k+1] > 0 {
			v -= left
			k++
		}
	}
	return k - t.first
}

// sample draws a place from each of len(to) equal shares of the sum. The first size places are in use.
func (t *sumTree) sample(r *rand.Rand, to []int32, size int) {
	share := t.nodes[1] / float64(len(to))
	for k := range to {
		to[k] = int32(min(t.find((float64(k)+r.Float64())*share), size-1)) // rounding may pass the end
	}
}

// weigh computes (size·P(i))^−β, the largest of them being 1.
func (t *sumTree) weigh(places []int32, weights []float32, size int, beta float64) {
	most := 0.0
	for k, i := range places {
		w := math.Pow(float64(size)*t.nodes[t.first+int(i)]/t.nodes[1], -beta)
		weights[k], most = float32(w), max(most, w)
	}
	for k := range weights {
		weights[k] /= float32(most)
	}
}

// rebuild makes the sums of leaves that were read.
func (t *sumTree) rebuild() error {
	for i, v := range t.leaves() {
		if !(v >= 0) || math.IsInf(v, 1) {
			return fmt.Errorf("replay: a priority of %v at %d", v, i)
		}
	}
	for k := t.first - 1; k > 0; k-- {
		t.nodes[k] = t.nodes[2*k] + t.nodes[2*k+1]
	}
	return nil
}
