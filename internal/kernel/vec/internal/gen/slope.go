package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// geluSlope is Φ(x) + x·φ(x) = ½ + ½·erf(x/√2) + x·e^(−x²/2)/√(2π).
func geluSlope(x reg.VecVirtual) reg.VecVirtual {
	const c, root = 0.398942280401432677939946059934381868, math.Sqrt2 / 2 // 1/√(2π)
	a, t, d, rest := vector(), vector(), vector(), vector()
	upper(f32, x, loaded(single(-16)), a) // beyond which nothing is left
	lower(f32, a, loaded(single(16)), a)
	VMULPS(a, a, t)
	VMULPS(single(-0.5), t, t)
	p := exp(t)
	// d + rest = x/√2; what erf makes of the rest is rest·2/√π·e^(−d²).
	VMULPS(single(root), a, d)
	VMOVAPS(d, rest)
	VFMSUB231PS(single(root), a, rest)
	VFMADD231PS(residue(root), a, rest)
	VMULPS(single(2*root*c), rest, rest)
	VFMADD231PS(residue(c), a, rest)
	VFMADD132PS(single(c), rest, a)
	e := erf(d)
	half, s := single(0.5), loaded(single(0.5))
	VFMADD231PS(half, e, s)
	low := loaded(single(0.5))
	VSUBPS(s, low, low)
	VFMADD231PS(half, e, low) // ½ + ½e = s + low
	VFMADD231PS(p, a, low)
	VADDPS(low, s, s)
	return s
}

// geluTanhSlope is s + x·s·(1 − s)·v′ with s = σ(v), v = 2√(2/π)·(x + 0.044715x³).
func geluTanhSlope(x reg.VecVirtual) reg.VecVirtual {
	const c = 2 * 0.797884560802865355879892119868763737 // 2√(2/π)
	a, z, v, slope := vector(), vector(), vector(), vector()
	upper(f32, x, loaded(single(-16)), a) // beyond which nothing is left
	lower(f32, a, loaded(single(16)), a)
	VMULPS(a, a, z)
	VMOVUPS(single(c*0.044715), v)
	VFMADD213PS(loaded(single(c)), z, v)
	VMULPS(a, v, v)
	VMOVUPS(single(3*c*0.044715), slope)
	VFMADD213PS(loaded(single(c)), z, slope)
	VMULPS(a, slope, slope)
	return gatedSlope(v, slope)
}

// siluSlope is s + x·s·(1 − s) with s = σ(x).
func siluSlope(x reg.VecVirtual) reg.VecVirtual {
	a, v := vector(), vector()
	upper(f32, x, loaded(single(-112)), a)
	lower(f32, a, loaded(single(112)), a)
	VMOVAPS(a, v)
	return gatedSlope(v, a)
}

// gatedSlope is s + t·s·(1 − s) with s = σ(v): with e = e^(−|v|) and r = 1/(1 + e), s·(1 − s) is e·r² whatever v's sign, and nothing
// overflows.
func gatedSlope(v, t reg.VecVirtual) reg.VecVirtual {
	e := exp(negated(v))
	r, d, s, rest, one := vector(), vector(), vector(), vector(), loaded(single(1))
	VADDPS(one, e, d)
	VSUBPS(d, one, rest)
	VADDPS(e, rest, rest) // 1 + e = d + rest
	VDIVPS(d, one, r)
	VFNMADD213PS(one, r, d)
	VFNMADD231PS(rest, r, d)
	VFMADD231PS(r, d, r)
	VMULPS(e, r, s) // σ(−|v|)
	VMULPS(r, s, d) // s·(1 − s)
	blend(f32, v, s, r, s)
	VFMADD231PS(t, d, s)
	return s
}

// slopes are derivatives times a cotangent.
func slopes() {
	for _, f := range []struct {
		name string
		f    func(x reg.VecVirtual) reg.VecVirtual
	}{{"geluSlope", geluSlope}, {"geluTanhSlope", geluTanhSlope}, {"siluSlope", siluSlope}} {
		elementwise(f32, f.name, 1, xy, nil, func(k kind, in, _ []reg.VecVirtual) reg.VecVirtual {
			d := f.f(in[0])
			mul(k, in[1], d, d)
			return d
		})
	}
}
