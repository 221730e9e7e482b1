package vec

import (
	"math"
	"unsafe"
)

// vectors is how many vectors of 32 bytes a reduction keeps as partial results.
const vectors = 4

// block is how many elements are reduced in a row before results are added pairwise.
const block = 4096

// Sum returns Σ x. Element i of each run of 4 vectors is added to partial sum i, these are added by halves, and sums of blocks of 4,096
// pairwise: the error is at most (140 + log₂ n)·u·Σ|x| with u = 2⁻²⁴ or 2⁻⁵³, for float64 twice the first term.
func Sum[T Float](x []T) T {
	if len(x) > block {
		h := half(len(x))
		return Sum(x[:h]) + Sum(x[h:])
	}
	if s, ok := sum(x); ok {
		return s
	}
	return sumGo(x)
}

// Dot returns Σ x·y, each product rounded; its tree is that of Sum.
func Dot[T Float](x, y []T) T {
	y = y[:len(x)]
	if len(x) > block {
		h := half(len(x))
		return Dot(x[:h], y[:h]) + Dot(x[h:], y[h:])
	}
	if s, ok := dot(x, y); ok {
		return s
	}
	return dotGo(x, y)
}

// SumSquaresShift returns Σ (x − m)², difference and square rounded; its tree is that of Sum.
func SumSquaresShift[T Float](x []T, m T) T {
	if len(x) > block {
		h := half(len(x))
		return SumSquaresShift(x[:h], m) + SumSquaresShift(x[h:], m)
	}
	if s, ok := sumSquaresShift(x, m); ok {
		return s
	}
	return sumSquaresShiftGo(x, m)
}

// DotShift returns Σ (x − m)·y, difference and product rounded; its tree is that of Sum.
func DotShift[T Float](x, y []T, m T) T {
	y = y[:len(x)]
	if len(x) > block {
		h := half(len(x))
		return DotShift(x[:h], y[:h], m) + DotShift(x[h:], y[h:], m)
	}
	if s, ok := dotShift(x, y, m); ok {
		return s
	}
	return dotShiftGo(x, y, m)
}

// ExpSumShift writes e^(x − shift) and returns its sum, in the tree of Sum: a softmax before its division. Bits and errors are those of
// subtracting, Exp and Sum.
func ExpSumShift[T Float](dst, x []T, shift T) T {
	x = x[:len(dst)]
	if len(x) > block {
		h := half(len(x))
		return ExpSumShift(dst[:h], x[:h], shift) + ExpSumShift(dst[h:], x[h:], shift)
	}
	if s, ok := expSumShift(dst, x, shift); ok {
		return s
	}
	Affine(dst, x, 1, -shift)
	Exp(dst, dst)
	return Sum(dst)
}

// ExpSum returns Σ e^(x − shift) like ExpSumShift, and keeps no exponentials.
func ExpSum[T Float](x []T, shift T) T {
	if len(x) > block {
		h := half(len(x))
		return ExpSum(x[:h], shift) + ExpSum(x[h:], shift)
	}
	if s, ok := expSum(x, shift); ok {
		return s
	}
	var p partial[T]
	var tile [256]T // whose length is a multiple of any width
	for at := 0; at < len(x); at += len(tile) {
		t := tile[:min(len(tile), len(x)-at)]
		Affine(t, x[at:], 1, -shift)
		Exp(t, t)
		for i, v := range t {
			p[i&(width[T]()-1)] += v
		}
	}
	return p.tree()
}

// Max returns the largest element of x, NaN if there is one, −Inf if x is empty; +0 is larger than −0.
func Max[T Float](x []T) T {
	m := T(math.Inf(-1))
	for len(x) > 0 {
		k := min(chunk, len(x))
		v, ok := largest(x[:k])
		if !ok {
			v = maxGo(x[:k])
		}
		m, x = max(m, v), x[k:]
	}
	return m
}

// HasNaN reports whether x holds a NaN.
func HasNaN[T Float](x []T) bool {
	for len(x) > 0 {
		k := min(chunk, len(x))
		found, ok := hasNaN(x[:k])
		if !ok {
			found = hasNaNGo(x[:k])
		}
		if found {
			return true
		}
		x = x[k:]
	}
	return false
}

// NonFinite reports whether x holds a NaN or an infinity.
func NonFinite[T Float](x []T) bool {
	for len(x) > 0 {
		k := min(chunk, len(x))
		found, ok := nonFinite(x[:k])
		if !ok {
			found = nonFiniteGo(x[:k])
		}
		if found {
			return true
		}
		x = x[k:]
	}
	return false
}

// half splits n > block elements at a multiple of block.
func half(n int) int { return (n/block + 1) / 2 * block }

// A partial has room for the partial sums of either type.
type partial[T Float] [vectors * 8]T

// tree adds up the partial sums by halves.
func (p *partial[T]) tree() T {
	for w := width[T]() / 2; w > 0; w /= 2 {
		for i := range w {
			p[i] += p[i+w]
		}
	}
	return p[0]
}

// width is the number of partial sums.
func width[T Float]() int {
	var v T
	return vectors * 32 / int(unsafe.Sizeof(v))
}

func sumGo[T Float](x []T) T {
	var p partial[T]
	w := width[T]()
	for i, v := range x {
		p[i&(w-1)] += v
	}
	return p.tree()
}

func dotGo[T Float](x, y []T) T {
	var p partial[T]
	w := width[T]()
	for i, v := range x {
		p[i&(w-1)] += T(v * y[i])
	}
	return p.tree()
}

func sumSquaresShiftGo[T Float](x []T, m T) T {
	var p partial[T]
	w := width[T]()
	for i, v := range x {
		d := v - m
		p[i&(w-1)] += T(d * d)
	}
	return p.tree()
}

func dotShiftGo[T Float](x, y []T, m T) T {
	var p partial[T]
	w := width[T]()
	for i, v := range x {
		d := v - m
		p[i&(w-1)] += T(d * y[i])
	}
	return p.tree()
}

func maxGo[T Float](x []T) T {
	m := T(math.Inf(-1))
	for _, v := range x {
		m = max(m, v)
	}
	return m
}

func hasNaNGo[T Float](x []T) bool {
	for _, v := range x {
		if v != v {
			return true
		}
	}
	return false
}

func nonFiniteGo[T Float](x []T) bool {
	for _, v := range x {
		if v-v != 0 {
			return true
		}
	}
	return false
}
