package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/reg"
)

// adam is a step of Adam: the moments nm = b1·m + c1·g and nv = b2·v + c2·g², 0 where they would be subnormal, and
// nw = w − size·nm/(√nv·second + eps).
func adam(k kind) {
	cs, n, s := signature(k, "adam", named("nw", "nm", "nv", "w", "m", "v", "grad", "size", "second"),
		[]string{"b1", "c1", "b2", "c2", "eps"}, "")
	nw, nm, nv, w, m, v, g, size, second := cs[0], cs[1], cs[2], cs[3], cs[4], cs[5], cs[6], cs[7], cs[8]
	tiny, magnitude := value(k, pick(k, 0x1p-126, 0x1p-1022)), absMask(k)
	and := pick(k, VANDPS, VANDPD)
	flush := func(x reg.VecVirtual) {
		size := vector()
		and(magnitude, x, size)
		compare(k, notLess, tiny, size, size)
		and(size, x, x)
	}
	one := func(p place) { // all loads before the first store: they often lie a multiple of 4 KiB apart, and would wait for it
		d, first, squares, x, t := p.load(g), p.load(m), p.load(v), p.load(w), vector()
		mul(k, s[0], first, first)
		mul(k, s[1], d, t)
		add(k, t, first, first)
		flush(first)
		p.store(first, nm)
		mul(k, d, d, d)
		mul(k, s[3], d, d)
		mul(k, s[2], squares, squares)
		add(k, d, squares, squares)
		flush(squares)
		p.store(squares, nv)
		root(k, squares, squares)
		mul(k, p.load(second), squares, squares)
		add(k, s[4], squares, squares)
		div(k, squares, first, first)
		mul(k, p.load(size), first, first)
		sub(k, first, x, x)
		p.store(x, nw)
	}
	vectorwise(k, n, 1, cs, one)
}
