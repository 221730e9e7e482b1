package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Coefficients of polynomials are minimax for the stated error, found by Remez's exchange in 40 digits and rounded to float32 one
// after the other, those not yet rounded fitted again each time.

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

// reduced writes x = n·ln 2 + f with integer n and |f| ≤ ½ ln 2, and returns n and q = eᶠ − 1. It keeps NaN in q. A part of x below its
// last place may be given in low.
func reduced(x reg.VecVirtual, low Op) (n, q reg.VecVirtual) {
	n, f := vector(), vector()
	VMULPS(single(math.Log2E), x, n)
	nearest(n)
	VMOVAPS(x, f)
	VFNMADD231PS(single(ln2High), n, f)
	VFNMADD231PS(single(ln2Low), n, f)
	if low != nil {
		VADDPS(low, f, f)
	}
	// q = f + f²·P(f), error 2^−28.2·eᶠ
	q = polynomial(f, 0.49999994, 0.166665167, 0.0416681059, 0.00836913846, 0.00138366583)
	square := vector()
	VMULPS(f, f, square)
	VFMADD213PS(f, square, q)
	VCVTPS2DQ(n, n)
	return n, q
}

// halves returns 2ⁿ, for |n| ≤ 252, as a number to add to an exponent and a factor. What the two are applied to in turn rounds once,
// below the normal range and at overflow too. For NaN they do nothing.
func halves(n reg.VecVirtual) (exponent, factor reg.VecVirtual) {
	exponent, factor = vector(), vector()
	VPSRAD(Imm(1), n, exponent)
	VPSUBD(exponent, n, factor)
	VPSLLD(Imm(23), exponent, exponent)
	VPADDD(bits(f32, 127), factor, factor)
	VPSLLD(Imm(23), factor, factor)
	return exponent, factor
}

// exp is eˣ for every x.
func exp(x reg.VecVirtual) reg.VecVirtual {
	upper(f32, x, loaded(single(-104)), x) // e⁻¹⁰⁴ rounds to 0
	lower(f32, x, loaded(single(88.8)), x) // and e^88.8 to +Inf
	n, e := reduced(x, nil)
	exponent, factor := halves(n)
	VADDPS(single(1), e, e)
	VPADDD(exponent, e, e)
	VMULPS(factor, e, e)
	return e
}

// normalExp is eˣ for |x| ≤ 87, and for NaN.
func normalExp(x reg.VecVirtual) reg.VecVirtual {
	n, e := reduced(x, nil)
	VADDPS(single(1), e, e)
	VPSLLD(Imm(23), n, n)
	VPADDD(n, e, e)
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

// sigmoid is e/(1 + e) for x below 0, and 1/(1 + e) elsewhere, with e = e⁻ˡˣˡ: nothing overflows.
func sigmoid(x reg.VecVirtual) reg.VecVirtual {
	e := exp(negated(x))
	y, d := loaded(single(1)), vector()
	VADDPS(y, e, d)
	blend(f32, x, e, y, y)
	VDIVPS(d, y, y)
	return y
}

// tanh is x + x³·P(x²) for |x| < 0.625, relative error 2^−27.7, and sign(x)·(1 − 2/(e²ˡˣˡ + 1)) beyond.
func tanh(x reg.VecVirtual) reg.VecVirtual {
	a, s, z := abs(x), sign(x), vector()
	VMULPS(x, x, z)
	p := polynomial(z, -0.333332807, 0.133314058, -0.0537365153, 0.0206281673, -0.00569229666)
	VMULPS(z, p, p)
	VFMADD213PS(x, x, p)

	t, m := vector(), vector()
	VADDPS(a, a, t)
	lower(f32, t, loaded(single(20)), t) // where tanh is 1
	e := normalExp(t)
	VADDPS(single(1), e, e)
	y, w := loaded(single(2)), loaded(single(1))
	VDIVPS(e, y, y)
	VSUBPS(y, w, w)

	compare(f32, less, single(0.625), a, m)
	blend(f32, m, p, w, w)
	VORPS(s, w, w) // the polynomial loses the sign of −0
	return w
}
