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
		{"silu", silu},
		{"sin", sin},
		{"cos", cos},
	} {
		elementwise(f32, f.name, 1, x, nil, func(_ kind, in, _ []reg.VecVirtual) reg.VecVirtual { return f.f(in[0]) })
	}
}
