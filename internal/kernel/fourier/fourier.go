// Package fourier transforms rows of real numbers of any length to the non-redundant half of their discrete Fourier transforms, and back, in
// the caller's memory and in float64.
//
// Lengths whose prime factors are small are transformed by Stockham's self-sorting algorithm of mixed radices, others as a convolution with
// a chirp (Bluestein, A linear filtering approach to the computation of the discrete Fourier transform, IEEE Trans. Audio Electroacoust.
// 18(4), 1970). An even length is two interleaved rows of half of it (Van Loan, Computational Frameworks for the Fast Fourier Transform, 1992,
// sections 1.7, 4.2 and 4.3).
package fourier

import (
	"math"
	"math/bits"
)

// maxRadix is the largest prime factor that is transformed by its definition.
const maxRadix = 31

// A Real is a transform of N real numbers.
type Real struct {
	N int
	c int // length of the complex transform: N/2 if N is even
	m int // length of the convolution, 0 if there is none
}

// New returns the transform of length n ≥ 1.
func New(n int) Real {
	r := Real{N: n, c: n}
	if n%2 == 0 {
		r.c = n / 2
	}
	rest := r.c
	for p := 2; p <= maxRadix; p++ {
		for rest%p == 0 {
			rest /= p
		}
	}
	if rest > 1 {
		r.m = 1 << bits.Len(uint(2*r.c-2))
	}
	return r
}

// Convolves reports whether Finish has work to do.
func (r Real) Convolves() bool { return r.m > 0 }

func (r Real) roots() int { return max(r.c, r.m) } // complex roots of 1, of the length that is transformed
func (r Real) turns() int { return r.N/2 + 1 }     // and those of N

// Table is how many numbers all rows share.
func (r Real) Table() int {
	n := 2*r.roots() + 2*r.turns()
	if r.m > 0 {
		n += 2*r.c + 2*r.m
	}
	return n
}

// Local is how many numbers a transform needs for itself.
func (r Real) Local() int { return 4 * r.roots() }

// A complex row is its real parts, then its imaginary ones.
func split(v []float64) (re, im []float64) { return v[:len(v)/2], v[len(v)/2:] }

func (r Real) parts(table []float64) (roots, turns, chirp, filter []float64) {
	roots, rest := table[:2*r.roots()], table[2*r.roots():]
	turns, rest = rest[:2*r.turns()], rest[2*r.turns():]
	if r.m > 0 {
		chirp, filter = rest[:2*r.c], rest[2*r.c:2*r.c+2*r.m]
	}
	return roots, turns, chirp, filter
}

// Fill writes part task of tasks of what the table can be written in parts; then Finish must be called.
func (r Real) Fill(table []float64, task, tasks int) {
	roots, turns, chirp, _ := r.parts(table)
	circle(roots, r.roots(), task, tasks)
	circle(turns, r.N, task, tasks)
	re, im := split(chirp)
	for t := task * len(re) / tasks; t < (task+1)*len(re)/tasks; t++ {
		hi, lo := bits.Mul64(uint64(t), uint64(t)) // t² in units of half a turn over c
		_, square := bits.Div64(hi%uint64(2*r.c), lo, uint64(2*r.c))
		sin, cos := math.Sincos(math.Pi * float64(square) / float64(r.c))
		re[t], im[t] = cos, -sin
	}
}

// circle writes e^(−2πi·t/n) for as many t as there is room for.
func circle(w []float64, n, task, tasks int) {
	re, im := split(w)
	for t := task * len(re) / tasks; t < (task+1)*len(re)/tasks; t++ {
		sin, cos := math.Sincos(2 * math.Pi * float64(t) / float64(n))
		re[t], im[t] = cos, -sin
	}
}

// Finish transforms the chirp that rows are convolved with.
func (r Real) Finish(table, local []float64) {
	if r.m == 0 {
		return
	}
	roots, _, chirp, filter := r.parts(table)
	re, im := split(chirp)
	fr, fi := split(filter)
	clear(filter)
	for t := range r.c {
		fr[t], fi[t] = re[t], -im[t]
		if t > 0 {
			fr[r.m-t], fi[r.m-t] = re[t], -im[t]
		}
	}
	stockham(filter, local[:2*r.m], roots)
}

// Forward writes the first N/2 + 1 elements of the transform, Σ x[j]·e^(−2πi·jk/N).
func (r Real) Forward(re, im, x, table, local []float64) {
	_, turns, _, _ := r.parts(table)
	z := local[:2*r.roots()]
	zr, zi := split(z)
	if r.N%2 == 1 {
		copy(zr, x[:r.N])
		clear(zi[:r.c])
		r.complex(z, local[2*r.roots():], table)
		copy(re[:r.N/2+1], zr)
		copy(im[:r.N/2+1], zi)
		im[0] = 0
		return
	}
	for t := range r.c {
		zr[t], zi[t] = x[2*t], x[2*t+1]
	}
	r.complex(z, local[2*r.roots():], table)
	wr, wi := split(turns)
	for k := range r.c + 1 {
		a, b := k%r.c, (r.c-k)%r.c
		er, ei := (zr[a]+zr[b])/2, (zi[a]-zi[b])/2 // of the even numbers, and of the odd ones
		or, oi := (zi[a]+zi[b])/2, (zr[b]-zr[a])/2
		re[k], im[k] = er+wr[k]*or-wi[k]*oi, ei+wr[k]*oi+wi[k]*or
	}
	im[0], im[r.c] = 0, 0
}

// Inverse writes the N real numbers whose transform begins with the given elements; of element 0, and of N/2 if N is even, the real part
// counts.
func (r Real) Inverse(x, re, im, table, local []float64) {
	_, turns, _, _ := r.parts(table)
	z := local[:2*r.roots()]
	zi, zr := split(z) // with the parts exchanged the transform is the inverse one
	scale := 1 / float64(r.N)
	if r.N%2 == 1 {
		zr[0], zi[0] = re[0], 0
		for k := 1; k <= r.N/2; k++ {
			zr[k], zi[k], zr[r.N-k], zi[r.N-k] = re[k], im[k], re[k], -im[k]
		}
		r.complex(z, local[2*r.roots():], table)
		for t := range x[:r.N] {
			x[t] = zr[t] * scale
		}
		return
	}
	imag := func(k int) float64 {
		if k == 0 || k == r.c {
			return 0
		}
		return im[k]
	}
	wr, wi := split(turns)
	for k := range r.c {
		ar, ai, br, bi := re[k], imag(k), re[r.c-k], -imag(r.c-k)
		er, ei, dr, di := ar+br, ai+bi, ar-br, ai-bi
		or, oi := dr*wr[k]+di*wi[k], di*wr[k]-dr*wi[k] // turned back
		zr[k], zi[k] = er-oi, ei+or
	}
	r.complex(z, local[2*r.roots():], table)
	for t := range r.c {
		x[2*t], x[2*t+1] = zr[t]*scale, zi[t]*scale
	}
}

// complex transforms the first c elements of z in place; of a convolution there is room for m.
func (r Real) complex(z, local, table []float64) {
	roots, _, chirp, filter := r.parts(table)
	if r.m == 0 {
		stockham(z, local[:2*r.c], roots)
		return
	}
	zr, zi := split(z)
	cr, ci := split(chirp)
	fr, fi := split(filter)
	for t := range r.c {
		zr[t], zi[t] = zr[t]*cr[t]-zi[t]*ci[t], zr[t]*ci[t]+zi[t]*cr[t]
	}
	clear(zr[r.c:])
	clear(zi[r.c:])
	stockham(z, local[:2*r.m], roots)
	for k := range r.m { // the product with its parts exchanged, so that the same transform takes it back
		zr[k], zi[k] = zr[k]*fi[k]+zi[k]*fr[k], zr[k]*fr[k]-zi[k]*fi[k]
	}
	stockham(z, local[:2*r.m], roots)
	scale := 1 / float64(r.m)
	for k := range r.c {
		a, b := zi[k]*scale, zr[k]*scale
		zr[k], zi[k] = a*cr[k]-b*ci[k], a*ci[k]+b*cr[k]
	}
}
