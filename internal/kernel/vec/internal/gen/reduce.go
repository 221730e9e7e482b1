package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// vectors is how many vectors of partial results a reduction keeps. Element i of every run of so many vectors goes to partial
// result i, so that the tree depends on the length alone.
const vectors = 4

// reduction opens a reduction that starts from initial, takes vectors one by one, and joins the partial results by halves. What is
// left in the first lane is returned as a register.
func reduction(
	k kind, name string, pointers, scalars []string, result string, initial Op,
	step func(p place, cs []cursor, scalars []reg.VecVirtual, acc reg.VecVirtual), join func(a, b, d Op),
) reg.VecVirtual {
	cs, n, ss := signature(k, name, named(pointers...), scalars, result)
	var acc [vectors]reg.VecVirtual
	for i := range acc {
		acc[i] = loaded(initial)
	}
	loop("blocks", n, vectors*k.lanes(), cs, func() {
		for at, a := range acc {
			step(place{k: k, at: at}, cs, ss, a)
		}
	})
	TESTQ(n, n)
	JEQ(LabelRef("join"))
	mask := masks(k, n)
	for at, a := range acc {
		step(place{k, at, mask(at)}, cs, ss, a)
		if at+1 < vectors {
			CMPQ(n, U32(uint32((at+1)*k.lanes())))
			JLE(LabelRef("join"))
		}
	}
	Label("join")
	for w := vectors / 2; w > 0; w /= 2 {
		for i := range w {
			join(acc[i+w], acc[i], acc[i])
		}
	}
	all, half := acc[0], YMM()
	VEXTRACTF128(Imm(1), all, half.AsX())
	join(half, all, all)
	VPERMILPD(Imm(1), all.AsX(), half.AsX())
	join(half, all, all)
	if k == f32 {
		VMOVSHDUP(all.AsX(), half.AsX())
		join(half, all, all)
	}
	return all
}

// finish returns the first lane.
func finish(k kind, v reg.VecVirtual) {
	a, err := ReturnIndex(0).Resolve()
	if err != nil {
		panic(err)
	}
	pick(k, VMOVSS, VMOVSD)(v.AsX(), a.Addr)
	end()
}

func reductions(k kind) {
	nought := value(k, 0)
	plus := func(a, b, d Op) { add(k, a, b, d) }
	type stepper = func(p place, cs []cursor, s []reg.VecVirtual, acc reg.VecVirtual)
	sum := func(name string, pointers, scalars []string, step stepper) {
		finish(k, reduction(k, name, pointers, scalars, " "+k.name, nought, step, plus))
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
	lowest := value(k, math.Inf(-1))
	step := func(p place, cs []cursor, _ []reg.VecVirtual, acc reg.VecVirtual) {
		v := p.load(cs[0])
		if p.mask != nil {
			blend(k, p.mask, v, loaded(lowest), v)
		}
		raise(v, acc, acc)
	}
	finish(k, reduction(k, "largest", x, nil, " "+k.name, lowest, step, raise))
}

// scan returns whether mark finds an element; mark turns a vector into masks.
func scan(k kind, name string, mark func(v reg.VecVirtual)) {
	found := reduction(k, name, x, nil, " int", value(k, 0), func(p place, cs []cursor, _ []reg.VecVirtual, acc reg.VecVirtual) {
		v := p.load(cs[0])
		mark(v)
		VORPS(v, acc, acc)
	}, func(a, b, d Op) { VORPS(a, b, d) })
	r := GP64()
	VMOVQ(found.AsX(), r)
	Store(r, ReturnIndex(0))
	end()
}
