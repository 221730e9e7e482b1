package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

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
	}{{"siluSlope", siluSlope}} {
		elementwise(f32, f.name, 1, xy, nil, func(k kind, in, _ []reg.VecVirtual) reg.VecVirtual {
			d := f.f(in[0])
			mul(k, in[1], d, d)
			return d
		})
	}
}
