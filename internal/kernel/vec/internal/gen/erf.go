package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// erf is x + x·P(x²) for |x| < 1, relative error 2^−29.4, and sign(x)·(1 − e^−Q(|x|)) beyond, 2^−29.8; from |x| = 3.95 it rounds to ±1.
func erf(x reg.VecVirtual) reg.VecVirtual {
	a, z, m := abs(x), vector(), vector()
	VMULPS(x, x, z)
	p := polynomial(z, 0.128379166, -0.37612626, 0.112835787, -0.0268533472, 0.0051871622, -0.00079978531, 7.80690389e-05)
	VFMADD213PS(a, a, p)
	compare(f32, less, single(1), a, m)

	lower(f32, a, loaded(single(3.95)), a) // NaN stays
	q := polynomial(a, -1.12708914, -0.63814497, -0.103106581, 0.0218379516, -0.00294762198, 0.000186374557)
	y, w := vector(), loaded(single(1))
	VMULPS(q, a, y)
	VFMSUB213PS(y, a, q) // what y leaves out of a·q
	VADDPS(single(-0.000341526378), q, q)
	n, e := halved(y, q)
	VFNMADD231PS(normalPower(n), e, w)
	blend(f32, m, p, w, w)
	return signed(w, x)
}

// gelu is x·Φ(x) as max(x, 0) − |x|·Φ(−|x|), with Φ(−a) = e^(−a²/2)·P(a)/Q(a) up to a = 14.6, relative error 2^−26.4: all coefficients
// are positive, so that nothing cancels. The square is taken exactly, in two parts, so that the far tail keeps its last places.
func gelu(x reg.VecVirtual) reg.VecVirtual {
	a, s := abs(x), sign(x)
	lower(f32, a, loaded(single(14.6)), a) // 14.6·Φ(−14.6) rounds to 0; NaN stays
	// a·P/Q for a < 1. Beyond it is c − N/Q with N = c·Q − a·P, where c = P₄/Q₅ is close to the limit 1/√(2π), so that what is rounded is
	// small; c as float32 leaves a fifth power in N that does not count.
	const c = 0.398946851
	small, h := vector(), polynomial(a, 0.5, 0.438500166, 0.183387429, 0.0406846367, 0.00412396248)
	compare(f32, less, single(1), a, small)
	VMULPS(a, h, h)
	blend(f32, small, h, polynomial(a, 0.398946851, 0.168190206, 0.0414868548, 0.00406679908, 3.01319353e-06), h)
	d := polynomial(a, 1, 1.67488527, 1.20313525, 0.469872683, 0.101987645, 0.0103371227)
	VDIVPS(d, h, h)
	VANDNPS(signBit(f32), small, d)
	VXORPS(d, h, h)
	VANDNPS(single(c), small, d)
	VADDPS(d, h, h)
	half, y, low := vector(), vector(), vector()
	VMULPS(single(-0.5), a, half)
	VMULPS(half, a, y)
	VMOVAPS(y, low)
	VFMSUB231PS(half, a, low) // low = half·a − y
	n, q := reduced(y, low)
	VFMADD213PS(h, h, q) // h·eᶠ, before any rounding of eᶠ
	powerOf(n).times(q, q)
	upper(f32, x, zero(), x)
	VORPS(s, x, x) // −0 in the negative tail
	VSUBPS(q, x, x)
	return x
}

// geluTanh is x·σ(u) with u = 2√(2/π)·(x + 0.044715x³). u is kept in two parts, so that the far tail keeps its last places.
func geluTanh(x reg.VecVirtual) reg.VecVirtual {
	const c0 = 2 * 0.797884560802865355879892119868763737 // √(2/π)
	const c1 = c0 * 0.044715
	const c0High = 52290.0 / 0x1p15 // c0 to 16 bits, so that w − c0High is exact

	upper(f32, x, loaded(single(-12)), x) // where the result rounds to −0
	a := vector()
	lower(f32, x, loaded(single(12)), a) // and to x
	VORPS(signBit(f32), a, a)
	// w + low = c0 + c1·a²
	z, zLow, w, low := vector(), vector(), vector(), vector()
	VMULPS(a, a, z)
	VMOVAPS(z, zLow)
	VFMSUB231PS(a, a, zLow)
	VMOVUPS(single(c0High), w)
	VMOVAPS(w, low)
	VFMADD231PS(single(c1), z, w)
	VSUBPS(w, low, low)
	VFMADD231PS(single(c1), z, low)
	VFMADD231PS(single(c1), zLow, low)
	VFMADD231PS(residue(c1), z, low)
	VADDPS(single(c0-c0High), low, low)
	// u + uLow = −|u|
	u, uLow := vector(), vector()
	VMULPS(w, a, u)
	VMOVAPS(u, uLow)
	VFMSUB231PS(w, a, uLow)
	VFMADD231PS(low, a, uLow)
	n, q := reduced(u, uLow)
	return gated(x, n, q)
}

// gated is x/(1 + e), or where x is negative x·e/(1 + e), for e = 2ⁿ·(1 + q), the product made before e may leave the normal range.
func gated(x reg.VecVirtual, n whole, q reg.VecVirtual) reg.VecVirtual {
	p := powerOf(n)
	y, e := vector(), loaded(single(1))
	VADDPS(q, e, e)
	p.times(e, e)
	VADDPS(single(1), e, e)
	VFMADD213PS(x, x, q)
	p.times(q, y)
	blend(f32, x, y, x, y)
	VDIVPS(e, y, y)
	return y
}

// silu is x·σ(x).
func silu(x reg.VecVirtual) reg.VecVirtual {
	upper(f32, x, loaded(single(-112)), x) // where the result rounds to −0
	a := vector()
	lower(f32, x, loaded(single(112)), a) // and to x
	VORPS(signBit(f32), a, a)
	n, q := reduced(a, nil)
	return gated(x, n, q)
}

func elementary() {
	for _, f := range []struct {
		name string
		f    func(x reg.VecVirtual) reg.VecVirtual
	}{
		{"exp", exp},
		{"log", log},
		{"log1p", log1p},
		{"tanh", tanh},
		{"sigmoid", sigmoid},
		{"softplus", softplus},
		{"erf", erf},
		{"gelu", gelu},
		{"geluTanh", geluTanh},
		{"silu", silu},
		{"sin", sin},
		{"cos", cos},
	} {
		elementwise(f32, f.name, 1, x, nil, func(_ kind, in, _ []reg.VecVirtual) reg.VecVirtual { return f.f(in[0]) })
	}
}
