package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// norms are what normalisation needs beside sums.
func norms(k kind) {
	elementwise(k, "shifted", blockUnroll, x, []string{"m", "a", "b"}, func(k kind, in, s []reg.VecVirtual) reg.VecVirtual {
		sub(k, s[0], in[0], in[0])
		mul(k, s[1], in[0], in[0])
		add(k, s[2], in[0], in[0])
		return in[0]
	})
	elementwise(k, "mixed", blockUnroll, xy, []string{"m", "a", "b", "c"}, func(k kind, in, s []reg.VecVirtual) reg.VecVirtual {
		sub(k, s[0], in[0], in[0])
		mul(k, s[1], in[0], in[0])
		mul(k, s[2], in[1], in[1])
		add(k, in[1], in[0], in[0])
		add(k, s[3], in[0], in[0])
		return in[0]
	})
	elementwise(k, "mulScaled", blockUnroll, xy, []string{"a"}, func(k kind, in, s []reg.VecVirtual) reg.VecVirtual {
		mul(k, s[0], in[0], in[0])
		mul(k, in[1], in[0], in[0])
		return in[0]
	})
	moments(k)
	normalized(k)
	mixedScaled(k)
	normSums(k)
	rmsSums(k)
	sumDotShift(k)
}

// moments is the mean m of x, and Σ (x − m)². Meanwhile it fetches the next row: a layer norm takes an eighth less time.
func moments(k kind) {
	cs, n, _ := signature(k, "moments", named("x"), nil, " (mean, squares "+k.name+")")
	again, left := cursor{GP64(), k.size}, GP64()
	MOVQ(cs[0].Register, again.Register)
	MOVQ(n, left)
	ahead := sizeOf(k, n)
	count := XMM()
	VXORPS(count, count, count)
	pick(k, VCVTSI2SSQ, VCVTSI2SDQ)(n, count, count)
	sums := accumulate(k, "sum", cs, n, zero(), 1, func(p place, acc []reg.VecVirtual) { add(k, p.load(cs[0]), acc[0], acc[0]) })
	mean := joined(k, sums, 0, plus(k))
	pick(k, VDIVSS, VDIVSD)(count, mean.AsX(), mean.AsX())
	give(k, 0, mean)
	m := vector()
	pick(k, func(a, b Op) { VBROADCASTSS(a, b) }, func(a, b Op) { VBROADCASTSD(a, b) })(mean.AsX(), m)
	squares := accumulate(k, "squares", []cursor{again}, left, zero(), 1, func(p place, acc []reg.VecVirtual) {
		p.fetch(again, ahead, PREFETCHT0)
		v := p.load(again)
		sub(k, m, v, v)
		mul(k, v, v, v)
		p.keep(v)
		add(k, v, acc[0], acc[0])
	})
	give(k, 1, joined(k, squares, 0, plus(k)))
	end()
}

// sizeOf is how many bytes n elements have.
func sizeOf(k kind, n reg.Register) reg.Register {
	b := GP64()
	MOVQ(n, b)
	SHLQ(Imm(uint64(k.size/4+1)), b)
	return b
}

// normalized is y = (x − m)·r·scale + shift for a row.
func normalized(k kind) {
	cs, n, s := signature(k, "normalized", named("y", "x", "scale", "shift"), []string{"m", "r"}, "")
	vectorwise(k, n, blockUnroll, cs, func(p place) {
		v := p.load(cs[1])
		sub(k, s[0], v, v)
		mul(k, s[1], v, v)
		mul(k, p.load(cs[2]), v, v)
		add(k, p.load(cs[3]), v, v)
		p.store(v, cs[0])
	})
}

// mixedScaled is dx = (x − m)·a + dy·scale·b + c for a row.
func mixedScaled(k kind) {
	cs, n, s := signature(k, "mixedScaled", named("dx", "x", "dy", "scale"), []string{"m", "a", "b", "c"}, "")
	vectorwise(k, n, 2, cs, func(p place) {
		v, d := p.load(cs[1]), p.load(cs[2])
		sub(k, s[0], v, v)
		mul(k, s[1], v, v)
		mul(k, p.load(cs[3]), d, d)
		mul(k, s[2], d, d)
		add(k, d, v, v)
		add(k, s[3], v, v)
		p.store(v, cs[0])
	})
}

// normSums is Σ d and Σ d·z for d = dy·scale and z = (x − m)·r, and adds dy·z to dscale and dy to dshift.
func normSums(k kind) {
	cs, n, s := signature(k, "normSums", named("x", "dy", "scale", "dscale", "dshift"), []string{"m", "r"}, " (sum, product "+k.name+")")
	ahead := sizeOf(k, n)
	sums := accumulate(k, "blocks", cs, n, zero(), 2, func(p place, acc []reg.VecVirtual) {
		p.fetch(cs[0], ahead, PREFETCHT0)
		p.fetch(cs[1], ahead, PREFETCHT0)
		z, dy, d := p.load(cs[0]), p.load(cs[1]), p.load(cs[2])
		sub(k, s[0], z, z)
		mul(k, s[1], z, z)
		mul(k, dy, d, d)
		add(k, d, acc[0], acc[0])
		mul(k, z, d, d)
		p.keep(d)
		add(k, d, acc[1], acc[1])
		mul(k, dy, z, z)
		add(k, p.load(cs[3]), z, z)
		p.store(z, cs[3])
		add(k, p.load(cs[4]), dy, dy)
		p.store(dy, cs[4])
	})
	give(k, 0, joined(k, sums, 0, plus(k)))
	give(k, 1, joined(k, sums, 1, plus(k)))
	end()
}

// rmsSums is Σ d·z for d = dy·scale and z = x·r, and adds dy·z to dscale.
func rmsSums(k kind) {
	cs, n, s := signature(k, "rmsSums", named("x", "dy", "scale", "dscale"), []string{"r"}, " "+k.name)
	sums := accumulate(k, "blocks", cs, n, zero(), 1, func(p place, acc []reg.VecVirtual) {
		z, dy, d := p.load(cs[0]), p.load(cs[1]), p.load(cs[2])
		mul(k, s[0], z, z)
		mul(k, dy, d, d)
		mul(k, z, d, d)
		add(k, d, acc[0], acc[0])
		mul(k, dy, z, z)
		add(k, p.load(cs[3]), z, z)
		p.store(z, cs[3])
	})
	finish(k, joined(k, sums, 0, plus(k)))
}

// sumDotShift is Σ y and Σ (x − m)·y.
func sumDotShift(k kind) {
	cs, n, s := signature(k, "sumDotShift", named("x", "y"), []string{"m"}, " (sum, product "+k.name+")")
	sums := accumulate(k, "blocks", cs, n, zero(), 2, func(p place, acc []reg.VecVirtual) {
		v, y := p.load(cs[0]), p.load(cs[1])
		sub(k, s[0], v, v)
		mul(k, y, v, v)
		add(k, y, acc[0], acc[0])
		p.keep(v)
		add(k, v, acc[1], acc[1])
	})
	give(k, 0, joined(k, sums, 0, plus(k)))
	give(k, 1, joined(k, sums, 1, plus(k)))
	end()
}
