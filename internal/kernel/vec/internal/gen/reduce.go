package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vectors is how many vectors of 32 bytes of partial results a reduction keeps, or half as many of 64. Element i of every run of so many goes
// to partial result i, so that the tree depends on the length alone, and is the same for both widths.
const vectors = 4

// accumulate goes over n elements, and returns partial results: so many sets of them, each starting from initial.
func accumulate(
	k kind, label string, cs []cursor, n reg.Register, initial Op, sets int, step func(p place, acc []reg.VecVirtual),
) [][]reg.VecVirtual {
	count := vectors * 32 / width
	acc := make([][]reg.VecVirtual, count) // by vector, then by set
	for i := range acc {
		for range sets {
			v := vector()
			VMOVUPS(initial, v)
			acc[i] = append(acc[i], v)
		}
	}
	loop(label, n, vectors*32/k.size, cs, func() {
		for at, a := range acc {
			step(place{k: k, at: at}, a)
		}
	})
	TESTQ(n, n)
	JEQ(LabelRef(label + "Join"))
	mask := masks(k, n)
	for at, a := range acc {
		step(place{k, at, mask(at)}, a)
		if at+1 < count {
			CMPQ(n, U32(uint32((at+1)*k.lanes())))
			JLE(LabelRef(label + "Join"))
		}
	}
	Label(label + "Join")
	return acc
}

// joined joins the partial results of a set by halves, and returns what is left, in the first lane.
func joined(k kind, acc [][]reg.VecVirtual, set int, join func(a, b, d Op)) reg.VecVirtual {
	for w := len(acc) / 2; w > 0; w /= 2 {
		for i := range w {
			join(acc[i+w][set], acc[i][set], acc[i][set])
		}
	}
	all, half := acc[0][set], YMM()
	if wide() {
		VEXTRACTF64X4(Imm(1), all, half)
		join(half, all.AsY(), all.AsY())
	}
	VEXTRACTF128(Imm(1), all.AsY(), half.AsX())
	join(half.AsX(), all.AsX(), all.AsX())
	VPERMILPD(Imm(1), all.AsX(), half.AsX())
	join(half.AsX(), all.AsX(), all.AsX())
	if k == f32 {
		VMOVSHDUP(all.AsX(), half.AsX())
		join(half.AsX(), all.AsX(), all.AsX())
	}
	return all
}

// reduction is a routine that accumulates one set.
func reduction(
	k kind, name string, pointers, scalars []string, result string, initial func() Op,
	step func(p place, cs []cursor, scalars []reg.VecVirtual, acc reg.VecVirtual), join func(a, b, d Op),
) reg.VecVirtual {
	cs, n, ss := signature(k, name, named(pointers...), scalars, result)
	acc := accumulate(k, "blocks", cs, n, initial(), 1, func(p place, acc []reg.VecVirtual) { step(p, cs, ss, acc[0]) })
	return joined(k, acc, 0, join)
}

// give returns the first lane as result i.
func give(k kind, i int, v reg.VecVirtual) {
	a, err := ReturnIndex(i).Resolve()
	if err != nil {
		panic(err)
	}
	pick(k, VMOVSS, VMOVSD)(v.AsX(), a.Addr)
}

// finish returns the first lane.
func finish(k kind, v reg.VecVirtual) {
	give(k, 0, v)
	end()
}

func plus(k kind) func(a, b, d Op) { return func(a, b, d Op) { add(k, a, b, d) } }

func reductions(k kind) {
	nought := func() Op { return zero() }
	type stepper = func(p place, cs []cursor, s []reg.VecVirtual, acc reg.VecVirtual)
	sum := func(name string, pointers, scalars []string, step stepper) {
		finish(k, reduction(k, name, pointers, scalars, " "+k.name, nought, step, plus(k)))
	}
	sum("sum", x, nil, func(p place, cs []cursor, _ []reg.VecVirtual, acc reg.VecVirtual) { add(k, p.load(cs[0]), acc, acc) })
	sum("dot", xy, nil, func(p place, cs []cursor, _ []reg.VecVirtual, acc reg.VecVirtual) {
		v := p.load(cs[0])
		mul(k, p.load(cs[1]), v, v)
		add(k, v, acc, acc)
	})
	sum("sumSquaresShift", x, []string{"m"}, func(p place, cs []cursor, s []reg.VecVirtual, acc reg.VecVirtual) {
		v := p.load(cs[0])
		sub(k, s[0], v, v)
		mul(k, v, v, v)
		p.keep(v)
		add(k, v, acc, acc)
	})
	sum("dotShift", xy, []string{"m"}, func(p place, cs []cursor, s []reg.VecVirtual, acc reg.VecVirtual) {
		v := p.load(cs[0])
		sub(k, s[0], v, v)
		mul(k, p.load(cs[1]), v, v)
		p.keep(v)
		add(k, v, acc, acc)
	})
	if k == f32 {
		sum("expSumShift", []string{"dst", "x"}, []string{"shift"}, func(p place, cs []cursor, s []reg.VecVirtual, acc reg.VecVirtual) {
			v := p.load(cs[1])
			sub(k, s[0], v, v)
			v = exp(v)
			p.store(v, cs[0])
			p.keep(v)
			add(k, v, acc, acc)
		})
		sum("expSum", x, []string{"shift"}, func(p place, cs []cursor, s []reg.VecVirtual, acc reg.VecVirtual) {
			v := p.load(cs[0])
			sub(k, s[0], v, v)
			v = exp(v)
			p.keep(v)
			add(k, v, acc, acc)
		})
	}
	if k == f32 {
		scan(k, "far", func(v reg.VecVirtual) {
			VANDPS(absMask(k), v, v)
			compare(k, less, v, loaded(single(0x1p17)), v) // where quadrant is not exact
		})
	}
	largest(k)
	scan(k, "hasNaN", func(v reg.VecVirtual) { compare(k, unordered, v, v, v) })
	scan(k, "nonFinite", func(v reg.VecVirtual) {
		sub(k, v, v, v) // 0, or NaN
		compare(k, unordered, v, v, v)
	})
}

// largest returns the largest element, or NaN if there is one. Which of +0 and −0 it returns is left to the caller.
func largest(k kind) {
	// A NaN in acc stays, as the instruction's preferred operand; one in v makes acc all ones, which is a NaN too.
	raise := func(v, acc, _ Op) {
		upper(k, acc, v, acc)
		compare(k, unordered, v, v, v)
		VORPS(v, acc, acc)
	}
	lowest := func() Op { return value(k, math.Inf(-1)) }
	step := func(p place, cs []cursor, _ []reg.VecVirtual, acc reg.VecVirtual) {
		v := p.load(cs[0])
		switch {
		case p.mask == nil:
		case wide():
			pick(k, func(a, b, m, d Op) { VBLENDMPS(a, b, m, d) }, func(a, b, m, d Op) { VBLENDMPD(a, b, m, d) })(v, loaded(lowest()), p.mask, v)
		default:
			blend(k, p.mask, v, loaded(lowest()), v)
		}
		raise(v, acc, acc)
	}
	finish(k, reduction(k, "largest", x, nil, " "+k.name, lowest, step, raise))
}

// scan returns whether mark finds an element; mark turns a vector into masks.
func scan(k kind, name string, mark func(v reg.VecVirtual)) {
	found := reduction(k, name, x, nil, " int", func() Op { return zero() }, func(p place, cs []cursor, _ []reg.VecVirtual, acc reg.VecVirtual) {
		v := p.load(cs[0])
		mark(v)
		VORPS(v, acc, acc)
	}, func(a, b, d Op) { VORPS(a, b, d) })
	r := GP64()
	VMOVQ(found.AsX(), r)
	Store(r, ReturnIndex(0))
	end()
}
