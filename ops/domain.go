package ops

import "math/rand/v2"

// A Domain draws n values.
type Domain func(r *rand.Rand, n int) []float64

// between draws from [lo, hi).
func between(lo, hi float64) Domain {
	return func(r *rand.Rand, n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = lo + (hi-lo)*r.Float64()
		}
		return v
	}
}

// Real draws from [−2, 2).
func Real(r *rand.Rand, n int) []float64 { return between(-2, 2)(r, n) }

// Positive draws from [0.3, 2.3).
func Positive(r *rand.Rand, n int) []float64 { return between(0.3, 2.3)(r, n) }

// Nonzero draws values with 0.3 ≤ |v| < 2.3: away from a kink or a pole at 0.
func Nonzero(r *rand.Rand, n int) []float64 {
	v := Positive(r, n)
	for i := range v {
		if r.IntN(2) == 0 {
			v[i] = -v[i]
		}
	}
	return v
}

// Apart draws values that differ from each other, and from 0, by at least 0.01: no ties for maxima and minima.
func Apart(r *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i, k := range r.Perm(n) {
		v[i] = (float64(k) - float64(n)/2 + 0.37) * max(0.05, 4/float64(n+1))
	}
	return v
}

// near draws values within 0.1 of the given ones.
func near(levels ...float64) Domain {
	return func(r *rand.Rand, n int) []float64 {
		v := between(-0.1, 0.1)(r, n)
		for i := range v {
			v[i] += levels[r.IntN(len(levels))]
		}
		return v
	}
}

// Index draws whole numbers from [0, n).
func Index(limit int) Domain {
	return func(r *rand.Rand, n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = float64(r.IntN(limit))
		}
		return v
	}
}

// shapes are the sizes that every pointwise op is checked at: ranks 0 to 5, sizes 0 and 1, odd lengths.
var shapes = [][]int{
	{},
	{0},
	{1},
	{2},
	{3},
	{5},
	{7},
	{8},
	{9},
	{17},
	{33},
	{1, 1},
	{1, 4},
	{4, 1},
	{2, 3},
	{3, 5},
	{0, 3},
	{3, 0},
	{2, 3, 2},
	{1, 3, 1},
	{3, 1, 2},
	{2, 0, 2},
	{2, 2, 2, 2},
	{1, 2, 1, 3},
	{3, 2, 1, 1},
	{1, 1, 1, 1, 1},
	{2, 1, 2, 1, 2},
	{1, 2, 2, 1, 3},
	{6, 2},
	{2, 9},
	{13},
}

// pairs are the operands that every binary op is checked at: broadcasting each way.
var pairs = [][2][]int{
	{{}, {}},
	{{1}, {1}},
	{{3}, {3}},
	{{0}, {0}},
	{{5}, {}},
	{{}, {5}},
	{{4}, {1}},
	{{1}, {4}},
	{{2, 3}, {2, 3}},
	{{2, 3}, {3}},
	{{3}, {2, 3}},
	{{2, 3}, {2, 1}},
	{{2, 1}, {2, 3}},
	{{2, 3}, {1, 3}},
	{{2, 1}, {1, 3}},
	{{1, 3}, {2, 1}},
	{{2, 3}, {}},
	{{}, {2, 3}},
	{{0, 3}, {3}},
	{{3, 0}, {1}},
	{{2, 3, 2}, {3, 1}},
	{{3, 1}, {2, 3, 2}},
	{{2, 1, 2}, {3, 1}},
	{{4, 1, 3}, {1, 2, 1}},
	{{2, 2, 2, 2}, {2, 2}},
	{{1, 2, 1, 2}, {2, 1, 2, 1}},
	{{2, 1, 2, 1, 2}, {1, 2, 1, 2, 1}},
	{{2, 1, 1, 1, 2}, {3, 1}},
	{{17}, {17}},
	{{9, 2}, {2}},
	{{1, 1}, {4, 3}},
}
