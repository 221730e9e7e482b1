package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Coefficients of polynomials are minimax for the stated error, found by Remez's exchange in 40 digits and rounded to float32 one
// after the other, those not yet rounded fitted again each time: see tools/remez.py.

// polynomial is Σ c[i]·xⁱ by Horner's scheme.
func polynomial(x Op, c ...float64) reg.VecVirtual {
	p := loaded(single(c[len(c)-1]))
	for i := len(c) - 2; i >= 0; i-- {
		VFMADD213PS(single(c[i]), x, p)
	}
	return p
}

// ln 2 in two parts; the first has 9 bits, so that its product with an exponent, and x minus that, are exact (Cody & Waite,
// Software Manual for the Elementary Functions, 1980).
const (
	ln2High = 0.693359375
	ln2Low  = math.Ln2 - ln2High
)

// A whole is a vector of whole numbers n, as floats, and as the lowest bits of t.
type whole struct{ n, t reg.VecVirtual }

// parted writes x = n·ln 2 + f with |f| ≤ ½ ln 2, or a little more, and eᶠ = 1 + f + f²·p, with an error of 2^−28.2·eᶠ. It keeps NaN in f. A
// part of x below its last place may be given in low.
func parted(x reg.VecVirtual, low Op) (n whole, f, square, p reg.VecVirtual) {
	n, f = rounded(x, 1), vector()
	VMOVAPS(x, f)
	VFNMADD231PS(single(ln2High), n.n, f)
	VFNMADD231PS(single(ln2Low), n.n, f)
	if low != nil {
		VADDPS(low, f, f)
	}
	square, p = exponential(f, 1)
	return n, f, square, p
}

// rounded is the whole number next to times·x/ln 2, as the last places of a sum.
func rounded(x reg.VecVirtual, times float64) (n whole) {
	magic := single(3 << 22)
	n.t, n.n = vector(), vector()
	VMOVUPS(magic, n.t)
	VFMADD231PS(single(times*math.Log2E), x, n.t)
	VSUBPS(magic, n.t, n.n)
	return n
}

// exponential returns f² and p where e^(times·f) = 1 + times·(f + f²·p).
func exponential(f reg.VecVirtual, times float64) (square, p reg.VecVirtual) {
	c := []float64{0.49999994, 0.166665167, 0.0416681059, 0.00836913846, 0.00138366583}
	power := times
	for i := range c {
		c[i] *= power
		power *= times
	}
	p = polynomial(f, c...)
	square = vector()
	VMULPS(f, f, square)
	return square, p
}

// reduced writes x = n·ln 2 + f like parted, and returns n and q = eᶠ − 1.
func reduced(x reg.VecVirtual, low Op) (n whole, q reg.VecVirtual) {
	n, f, square, q := parted(x, low)
	VFMADD213PS(f, square, q)
	return n, q
}

// halved writes x = n·ln 2 + f like parted, and returns n and eᶠ.
func halved(x reg.VecVirtual, low Op) (n whole, e reg.VecVirtual) {
	n, f, square, p := parted(x, low)
	one := loaded(single(1))
	e, t := vector(), vector()
	VADDPS(f, one, e)
	VSUBPS(e, one, t)
	VADDPS(f, t, t) // exact: 1 + f = e + t
	VFMADD213PS(t, square, p)
	VADDPS(p, e, e)
	return n, e
}

// A power is 2ⁿ for |n| ≤ 252: for AVX-512 n itself, else two factors.
type power struct{ n, a, b reg.VecVirtual }

func powerOf(n whole) power {
	if wide() {
		return power{n: n.n}
	}
	a, b := vector(), vector()
	VPSRAD(Imm(1), n.t, a)
	VPSUBD(a, n.t, b)
	VPSLLD(Imm(23), a, a)
	VPSLLD(Imm(23), b, b)
	VPADDD(single(1), a, a)
	VPADDD(single(1), b, b)
	return power{a: a, b: b}
}

// times makes d = v·2ⁿ, rounded once, below the normal range and at overflow too.
func (p power) times(v, d reg.VecVirtual) {
	if wide() {
		VSCALEFPS(p.n, v, d)
		return
	}
	VMULPS(p.a, v, d)
	VMULPS(p.b, d, d)
}

// normalPower is 2ⁿ where that is normal.
func normalPower(n whole) reg.VecVirtual {
	VPSLLD(Imm(23), n.t, n.t)
	VPADDD(single(1), n.t, n.t)
	return n.t
}

// exp is eˣ for every x.
func exp(x reg.VecVirtual) reg.VecVirtual {
	upper(f32, x, loaded(single(-104)), x) // e⁻¹⁰⁴ rounds to 0
	lower(f32, x, loaded(single(88.8)), x) // and e^88.8 to +Inf
	n, e := halved(x, nil)
	powerOf(n).times(e, e)
	return e
}

func abs(x reg.VecVirtual) reg.VecVirtual {
	a := vector()
	VANDPS(absMask(f32), x, a)
	return a
}

func sign(x reg.VecVirtual) reg.VecVirtual {
	s := vector()
	VANDPS(signBit(f32), x, s)
	return s
}

// negated is −|x|.
func negated(x reg.VecVirtual) reg.VecVirtual {
	a := vector()
	VORPS(signBit(f32), x, a)
	return a
}

// sigmoid is u/(u + eᶠ) with x = n·ln 2 − f and u = 2ⁿ, so that the tail at the left keeps its last places. What sum and quotient leave out
// is found by fused operations and put back.
func sigmoid(x reg.VecVirtual) reg.VecVirtual {
	upper(f32, x, loaded(single(-104)), x) // where σ(x) rounds to 0
	lower(f32, x, loaded(single(18)), x)   // and to 1
	n, one := rounded(x, 1), loaded(single(1))
	VFMSUB231PS(single(ln2High), n.n, x)
	VFMADD231PS(single(ln2Low), n.n, x)
	square, q := exponential(x, 1)
	VFMADD213PS(x, square, q)
	d, u, rest, inverse := vector(), vector(), vector(), vector()
	p := powerOf(n)
	p.times(one, u)
	VADDPS(q, one, d)
	VADDPS(u, d, d)
	upper(f32, u, one, rest)
	lower(f32, u, one, u)
	VSUBPS(d, rest, rest)
	VADDPS(u, rest, rest)
	VADDPS(q, rest, rest) // u + eᶠ = d + rest
	VDIVPS(d, one, inverse)
	VFNMADD213PS(one, inverse, d)
	VFNMADD231PS(rest, inverse, d)
	VFMADD213PS(inverse, d, inverse)
	p.times(inverse, inverse)
	return inverse
}

// tanh is q/(q + 2) with q = e²ˡˣˡ − 1 = 2ⁿ·(1 + 2·(f + f²·p)) − 1, sum, quotient and q each in two parts, under the sign of x: near 0,
// where n is 0, q has the relative accuracy of f.
func tanh(x reg.VecVirtual) reg.VecVirtual {
	a, two, f, rest := abs(x), loaded(single(2)), vector(), vector()
	lower(f32, a, loaded(single(8.664)), f) // where tanh is 1 − 2⁻²⁴; beyond, 1 and 2 are lost in the sums
	n := rounded(f, 2)
	VFNMADD231PS(single(ln2High/2), n.n, f)
	VMOVAPS(f, rest)
	VFNMADD231PS(single(ln2Low/2), n.n, f)
	VSUBPS(f, rest, rest)
	VFNMADD231PS(single(ln2Low/2), n.n, rest)
	square, p := exponential(f, 2)
	VFMADD213PS(rest, square, p) // p = f²·p + rest
	twice := n.t                 // 2ⁿ⁺¹
	VPSLLD(Imm(23), n.t, twice)
	VPADDD(two, twice, twice)
	c, q, low := loaded(single(0.5)), vector(), vector()
	VFMADD213PS(single(-1), twice, c)
	VMOVAPS(c, q)
	VFMADD231PS(twice, f, q)
	VSUBPS(q, c, low)
	VFMADD231PS(twice, f, low)
	VFMADD231PS(twice, p, low) // q + low
	d, y, inverse := vector(), vector(), vector()
	VADDPS(low, q, y)
	VADDPS(two, y, d)
	VSUBPS(d, two, rest)
	VADDPS(q, rest, rest)
	VADDPS(low, rest, rest) // q + 2 = d + rest
	VDIVPS(d, loaded(single(1)), inverse)
	VMULPS(inverse, y, y)
	VFNMADD231PS(y, d, q)
	VADDPS(q, low, low)
	VFNMADD231PS(y, rest, low)
	VFMADD231PS(low, inverse, y)
	incremented(y, single(9.010913), a) // beyond it rounds to 1
	return signed(y, x)
}

// incremented raises y to the next number where a < b.
func incremented(y, a, b Op) {
	if wide() {
		m := K()
		VCMPPS(Imm(uint64(less)), b, a, m)
		VPADDD(bits(f32, 1), y, m, y)
		return
	}
	m := loaded(a)
	compare(f32, less, b, m, m)
	VPSUBD(m, y, y)
}

// signed gives y ≥ 0 the sign of x.
func signed(y, x reg.VecVirtual) reg.VecVirtual {
	if wide() {
		VPTERNLOGD(Imm(0xf8), signBit(f32), x, y) // y | x & signBit
	} else {
		VANDPS(signBit(f32), x, x)
		VORPS(x, y, y)
	}
	return y
}
