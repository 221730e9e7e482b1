package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// rootHalf has the bits of √½, the least mantissa that logarithms are taken of.
const rootHalf = 0x3f3504f3

// logOf is n·ln 2 + ln(1 + f) for √½ ≤ 1 + f < √2, the logarithm as f + f²·P(f), relative error 2^−28.9. A part of f below its last place
// may be given in low: it counts low/(1 + f), close enough to low·(1 − f + f²).
func logOf(n, f, low reg.VecVirtual) reg.VecVirtual {
	p := polynomial(f, -0.5, 0.333333075, -0.249999762, 0.200023934, -0.166699022, 0.142165661, -0.123745881, 0.118764006, -0.118330687,
		0.0695140138)
	s := vector()
	VMULPS(f, f, s)
	if low != nil {
		rest := vector()
		VMOVAPS(low, rest)
		VFNMADD231PS(f, low, rest)
		VFMADD231PS(s, low, rest)
		VFMADD213PS(rest, s, p)
		VADDPS(f, p, p)
	} else {
		VFMADD213PS(f, s, p)
	}
	VFMADD231PS(single(math.Ln2), n, p) // ln 2 as float32 is right to 2^−28
	return p
}

// log is ln x.
func log(x reg.VecVirtual) reg.VecVirtual {
	// Numbers below the normal range are scaled by 2²³.
	small, u, shift := vector(), vector(), vector()
	compare(f32, less, single(0x1p-126), x, small)
	VMULPS(single(0x1p23), x, u)
	blend(f32, small, u, x, u)
	VANDPS(single(23), small, shift)
	// u = 2ⁿ·(1 + f)
	n, f := vector(), vector()
	VPSUBD(bits(f32, rootHalf), u, n)
	VPSRAD(Imm(23), n, n)
	VPSLLD(Imm(23), n, f)
	VPSUBD(f, u, f)
	VSUBPS(single(1), f, f)
	VCVTDQ2PS(n, n)
	VSUBPS(shift, n, n)
	return bounded(x, logOf(n, f, nil), 0)
}

// bounded puts right a logarithm y whose argument x is +Inf or NaN, at its pole, or below it.
func bounded(x, y reg.VecVirtual, pole float64) reg.VecVirtual {
	m := vector()
	compare(f32, notLess, single(math.Inf(1)), x, m)
	blend(f32, m, x, y, y)
	compare(f32, less, single(pole), x, m)
	VORPS(m, y, y) // NaN
	compare(f32, equal, single(pole), x, m)
	blend(f32, m, loaded(single(math.Inf(-1))), y, y)
	return y
}

// log1pOf is ln(1 + x) for −1 < x < +Inf: with u = 1 + x rounded and 2ⁿ·m = u, f = 2⁻ⁿ·x + (2⁻ⁿ − 1), and what that sum leaves out (Knuth,
// The Art of Computer Programming 2, section 4.2.2, theorem B).
func log1pOf(x reg.VecVirtual) reg.VecVirtual {
	n, scale, f := vector(), vector(), vector()
	VADDPS(single(1), x, n)
	VPSUBD(bits(f32, rootHalf), n, n)
	VANDPS(bits(f32, 0xff800000), n, n) // n, as an exponent
	VMOVUPS(single(4), scale)
	VPSUBD(n, scale, scale) // 4·2⁻ⁿ, which is normal when 2⁻ⁿ may not be
	VMOVUPS(single(-1), f)
	VFMADD231PS(single(0.25), scale, f)
	scaled, sum, part, low := vector(), vector(), vector(), vector()
	VPSUBD(n, x, scaled) // 2⁻ⁿ·x: where x is not normal, n is 0
	VADDPS(scaled, f, sum)
	VSUBPS(scaled, sum, part) // of f that is in the sum
	VSUBPS(part, f, f)
	VSUBPS(part, sum, low)
	VSUBPS(low, scaled, low)
	VADDPS(f, low, low)
	VPSRAD(Imm(23), n, n)
	VCVTDQ2PS(n, n)
	return logOf(n, sum, low)
}

// log1p is ln(1 + x).
func log1p(x reg.VecVirtual) reg.VecVirtual {
	y := log1pOf(x)
	VORPS(sign(x), y, y) // −0
	return bounded(x, y, -1)
}

// softplus is max(x, 0) + ln(1 + e⁻ˡˣˡ).
func softplus(x reg.VecVirtual) reg.VecVirtual {
	y := log1pOf(exp(negated(x)))
	upper(f32, x, zero(), x) // NaN stays
	VADDPS(x, y, y)
	return y
}
