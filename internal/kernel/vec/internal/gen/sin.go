package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// π/2 in three parts of 24 bits.
const (
	piHalfHigh   = 0x1.921fb6p+00
	piHalfMiddle = -0x1.777a5cp-25
	piHalfLow    = -0x1.ee59dap-50
)

// quadrant writes |x| = k·π/2 + r with an integer k and |r| ≤ 0.8, for |x| ≤ 2¹⁷, and returns k, as an integer, and r in two parts
// (Cody & Waite, Software Manual for the Elementary Functions, 1980).
func quadrant(a reg.VecVirtual) (k, r, low reg.VecVirtual) {
	k, r, low = vector(), vector(), vector()
	const twoOverPi = 0.636619772367581343075535053490057448
	VMULPS(single(twoOverPi), a, k)
	nearest(k)
	VMOVAPS(a, low)
	VFNMADD231PS(single(piHalfHigh), k, low) // exact: a multiple of 2⁻²³ or of a's last place, below 1
	p, rest := vector(), vector()
	VMULPS(single(piHalfMiddle), k, p)
	VMOVAPS(p, rest)
	VFMSUB231PS(single(piHalfMiddle), k, rest)
	VSUBPS(p, low, r)
	VSUBPS(r, low, low)
	VSUBPS(p, low, low) // exact: low is a multiple of p's last place
	VSUBPS(rest, low, low)
	VFNMADD231PS(single(piHalfLow), k, low)
	VCVTPS2DQ(k, k)
	return k, r, low
}

// sin is ±sin r or ±cos r, for |x| ≤ 2¹⁷: even quadrants r + r³·S(r²), error 2^−27.7, odd ones 1 − r²/2 + r⁴·C(r²), error 2^−31.5.
func sin(x reg.VecVirtual) reg.VecVirtual {
	y, k := wave(abs(x), 0)
	turn(k, y)
	VXORPS(sign(x), y, y)
	return y
}

// cos is sin(|x| + π/2), see there.
func cos(x reg.VecVirtual) reg.VecVirtual {
	y, k := wave(abs(x), 1)
	turn(k, y)
	return y
}

// turn changes the sign of y where the quadrant k is 2 or 3 modulo 4.
func turn(k, y reg.VecVirtual) {
	VPSLLD(Imm(30), k, k)
	VXORPS(sign(k), y, y)
}

// wave is sin r in even quadrants, cos r in odd ones, after a turn by so many of them.
func wave(a reg.VecVirtual, quadrants uint64) (y, k reg.VecVirtual) {
	k, r, low := quadrant(a)
	if quadrants != 0 {
		VPADDD(bits(f32, quadrants), k, k)
	}
	z, s := vector(), vector()
	VMULPS(r, r, z)
	p := polynomial(z, -0.16666654, 0.008332095, -0.00019505536)
	VMULPS(r, z, s)
	VFMADD213PS(low, p, s)
	VADDPS(r, s, s)

	c, rest, one := vector(), vector(), loaded(single(1))
	VMOVAPS(one, c)
	VFNMADD231PS(single(0.5), z, c)
	VSUBPS(c, one, rest)
	VFNMADD231PS(single(0.5), z, rest) // 1 − z/2 = c + rest
	VFNMADD231PS(r, low, rest)
	p = polynomial(z, 0.041666653, -0.0013887577, 2.4455461e-05)
	VMULPS(z, z, z)
	VFMADD213PS(rest, z, p)
	VADDPS(p, c, c)

	odd := vector()
	VPSLLD(Imm(31), k, odd)
	blend(f32, odd, c, s, s)
	return s, k
}
