package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Operands are in the order of Go's assembler: the last is the result, and sub and div have theirs exchanged.

func add(k kind, a, b, d Op)   { pick(k, VADDPS, VADDPD)(a, b, d) }
func sub(k kind, a, b, d Op)   { pick(k, VSUBPS, VSUBPD)(a, b, d) } // d = b − a
func mul(k kind, a, b, d Op)   { pick(k, VMULPS, VMULPD)(a, b, d) }
func div(k kind, a, b, d Op)   { pick(k, VDIVPS, VDIVPD)(a, b, d) } // d = b/a
func upper(k kind, a, b, d Op) { pick(k, VMAXPS, VMAXPD)(a, b, d) } // a where a or b is NaN, or both are zeros
func lower(k kind, a, b, d Op) { pick(k, VMINPS, VMINPD)(a, b, d) } // the same
func root(k kind, a, d Op)     { pick(k, VSQRTPS, VSQRTPD)(a, d) }

// blend is d = yes where the sign bit of mask is set, no elsewhere.
func blend(k kind, mask, yes, no, d Op) {
	if !wide() {
		pick(k, VBLENDVPS, VBLENDVPD)(mask, yes, no, d)
		return
	}
	m := K()
	pick(k, VPMOVD2M, VPMOVQ2M)(mask, m)
	pick(k, func(a, b, m, d Op) { VBLENDMPS(a, b, m, d) }, func(a, b, m, d Op) { VBLENDMPD(a, b, m, d) })(yes, no, m, d)
}

// nearest rounds to whole numbers.
func nearest(n Op) {
	if wide() {
		VRNDSCALEPS(Imm(8), n, n)
	} else {
		VROUNDPS(Imm(8), n, n)
	}
}

// compare sets all bits of d where b relation a.
func compare(k kind, r relation, a, b, d Op) {
	if wide() {
		m := K()
		pick(k, func(i, a, b, m Op) { VCMPPS(i, a, b, m) }, func(i, a, b, m Op) { VCMPPD(i, a, b, m) })(Imm(uint64(r)), a, b, m)
		pick(k, VPMOVM2D, VPMOVM2Q)(m, d)
		return
	}
	pick(k, func(i, a, b, d Op) { VCMPPS(i, a, b, d) }, func(i, a, b, d Op) { VCMPPD(i, a, b, d) })(Imm(uint64(r)), a, b, d)
}

// A relation is a predicate of VCMP that raises no exception on quiet NaN.
type relation uint8

const (
	equal     relation = 0x00
	unordered relation = 0x03
	notEqual  relation = 0x04 // or unordered
	apart     relation = 0x0c // unequal and ordered
	less      relation = 0x11
	lessEqual relation = 0x12
	notLess   relation = 0x15 // or unordered
)

// blockUnroll is how many vectors a pass of a cheap loop handles.
const blockUnroll = 4

func arithmetic(k kind) {
	simple := func(f func(k kind, a, b, d Op)) body {
		return func(k kind, in, _ []reg.VecVirtual) reg.VecVirtual { f(k, in[1], in[0], in[0]); return in[0] }
	}
	elementwise(k, "add", blockUnroll, xy, nil, simple(add))
	elementwise(k, "sub", blockUnroll, xy, nil, simple(sub))
	elementwise(k, "mul", blockUnroll, xy, nil, simple(mul))
	elementwise(k, "div", blockUnroll, xy, nil, simple(div))
	elementwise(k, "maximum", 2, xy, nil, extreme(upper, VANDPS)) // +0 wins
	elementwise(k, "minimum", 2, xy, nil, extreme(lower, VORPS))  // −0 wins
	elementwise(k, "addScaled", blockUnroll, xy, []string{"a"}, func(k kind, in, s []reg.VecVirtual) reg.VecVirtual {
		mul(k, s[0], in[1], in[1])
		add(k, in[1], in[0], in[0])
		return in[0]
	})
	elementwise(k, "scale", blockUnroll, x, []string{"a"}, func(k kind, in, s []reg.VecVirtual) reg.VecVirtual {
		mul(k, s[0], in[0], in[0])
		return in[0]
	})
	elementwise(k, "affine", blockUnroll, x, []string{"a", "b"}, func(k kind, in, s []reg.VecVirtual) reg.VecVirtual {
		mul(k, s[0], in[0], in[0])
		add(k, s[1], in[0], in[0])
		return in[0]
	})
}

// extreme is max(a, b) or min(a, b) with NaN if either is, and +0 above −0, as Go's built-in functions have it. op(a, b) and
// op(b, a) differ only in zeros of different sign, which join resolves, and in NaN.
func extreme(op func(k kind, a, b, d Op), join func(...Op)) body {
	return func(k kind, in, _ []reg.VecVirtual) reg.VecVirtual {
		a, b := in[0], in[1]
		p, q, nan := vector(), vector(), vector()
		op(k, a, b, p)
		op(k, b, a, q)
		join(p, q, p)
		compare(k, unordered, a, b, nan)
		add(k, a, b, q) // NaN where either is
		blend(k, nan, q, p, p)
		return p
	}
}

func unaries(k kind) {
	one := func() Op { return value(k, 1) }
	unary := func(name string, f func(x reg.VecVirtual) reg.VecVirtual) {
		elementwise(k, name, blockUnroll, x, nil, func(_ kind, in, _ []reg.VecVirtual) reg.VecVirtual { return f(in[0]) })
	}
	inverse := func(x reg.VecVirtual) reg.VecVirtual {
		y := loaded(one())
		div(k, x, y, y)
		return y
	}
	unary("neg", func(x reg.VecVirtual) reg.VecVirtual { VXORPS(signBit(k), x, x); return x })
	unary("abs", func(x reg.VecVirtual) reg.VecVirtual { VANDPS(absMask(k), x, x); return x })
	unary("square", func(x reg.VecVirtual) reg.VecVirtual { mul(k, x, x, x); return x })
	unary("sqrt", func(x reg.VecVirtual) reg.VecVirtual { root(k, x, x); return x })
	unary("rsqrt", func(x reg.VecVirtual) reg.VecVirtual { root(k, x, x); return inverse(x) })
	unary("reciprocal", inverse)
	unary("sign", func(x reg.VecVirtual) reg.VecVirtual {
		y, m := vector(), vector()
		VANDPS(signBit(k), x, y)
		VORPS(one(), y, y)
		compare(k, apart, zero(), x, m)
		blend(k, m, y, x, x) // zeros and NaN stay
		return x
	})
	unary("relu", func(x reg.VecVirtual) reg.VecVirtual {
		z := zero()
		upper(k, x, z, x)
		add(k, z, x, x) // −0 becomes +0
		return x
	})
	unary("step", func(x reg.VecVirtual) reg.VecVirtual {
		z := zero()
		compare(k, less, x, z, z) // 0 < x
		VANDPS(one(), z, z)
		return z
	})
	elementwise(k, "leakyReLU", 2, x, []string{"slope"}, func(k kind, in, s []reg.VecVirtual) reg.VecVirtual {
		m, y := zero(), vector()
		compare(k, less, in[0], m, m) // 0 < x
		mul(k, s[0], in[0], y)
		blend(k, m, in[0], y, y)
		return y
	})
	elementwise(k, "clamp", blockUnroll, x, []string{"lo", "hi"}, func(k kind, in, s []reg.VecVirtual) reg.VecVirtual {
		upper(k, in[0], s[0], in[0])
		lower(k, in[0], s[1], in[0])
		return in[0]
	})
}
