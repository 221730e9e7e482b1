package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// Eight elements are compared at a time, and their masks kept as eight 32-bit lanes, for either kind.
const eight = 8

func comparisons(k kind) {
	for _, c := range []struct {
		name string
		relation
	}{{"less", less}, {"lessEqual", lessEqual}, {"equal", equal}, {"notEqual", notEqual}} {
		comparison(k, c.name, c.relation)
	}
}

// comparison writes, as bytes 0 and 1, where a relation b.
func comparison(k kind, name string, r relation) {
	cs, n, _ := signature(k, name, []pointer{{"dst", "bool", 1}, {name: "x"}, {name: "y"}}, nil, "")
	dst, a, b := cs[0], cs[1], cs[2]
	ones := bits(f32, 0x01010101)
	group := func(at int, load func(at int, c cursor) reg.VecVirtual) reg.VecVirtual {
		return narrow(k, func(half int) reg.VecVirtual {
			at := at*eight/k.lanes() + half
			x, y := load(at, a), load(at, b)
			compare(k, r, y, x, x)
			return x
		})
	}
	whole := func(at int, c cursor) reg.VecVirtual { return place{k: k, at: at}.load(c) }
	loop("blocks", n, 4*eight, cs, func() {
		var m [4]reg.VecVirtual
		for i := range m {
			m[i] = group(i, whole)
		}
		VPACKSSDW(m[1], m[0], m[0])
		VPACKSSDW(m[3], m[2], m[2])
		VPACKSSWB(m[2], m[0], m[0]) // 4 bytes of each group in the low half, 4 in the high one
		order := loaded(interleaved())
		VPERMD(m[0], order, m[0])
		VPAND(ones, m[0], m[0])
		VMOVDQU(m[0], Mem{Base: dst.Register})
	})
	packed := func(m reg.VecVirtual) Op {
		high := XMM()
		VEXTRACTI128(Imm(1), m, high)
		x := m.AsX()
		VPACKSSDW(high, x, x)
		VPACKSSWB(x, x, x)
		VPAND(ones, x, x)
		return x
	}
	loop("eights", n, eight, cs, func() { VMOVQ(packed(group(0, whole)), Mem{Base: dst.Register}) })
	TESTQ(n, n)
	JEQ(LabelRef("end"))
	mask := masks(k, n)
	rest := GP64()
	VMOVQ(packed(group(0, func(at int, c cursor) reg.VecVirtual { return place{k, at, mask(at)}.load(c) })), rest)
	Label("bytes")
	MOVB(rest.As8(), Mem{Base: dst.Register})
	SHRQ(Imm(8), rest)
	INCQ(dst.Register)
	DECQ(n)
	JNE(LabelRef("bytes"))
	Label("end")
	end()
}

// narrow makes eight 32-bit masks of one vector of them, or of two vectors of 64-bit masks.
func narrow(k kind, masks func(half int) reg.VecVirtual) reg.VecVirtual {
	a := masks(0)
	if k == f64 {
		b := masks(1)
		VSHUFPS(Imm(0x88), b, a, a)
		VPERMQ(Imm(0xd8), a, a)
	}
	return a
}

// interleaved is the order 0 4 1 5 2 6 3 7.
func interleaved() Mem {
	m, ok := constants["interleaved"]
	if !ok {
		m = GLOBL("interleaved", RODATA|NOPTR)
		for i := range 8 {
			DATA(4*i, U32(uint32(i/2+i%2*4)))
		}
		constants["interleaved"] = m
	}
	return m
}

// choice moves a where cond holds and b elsewhere: bits, whatever they mean.
func choice(k kind) {
	cs, n, _ := signature(k, "choose", []pointer{{name: "dst"}, {"cond", "bool", 1}, {name: "x"}, {name: "y"}}, nil, "")
	dst, cond, a, b := cs[0], cs[1], cs[2], cs[3]
	const unroll = 2
	loop("blocks", n, unroll*k.lanes(), cs, func() {
		for at := range unroll {
			m, z, p := YMM(), zero(), place{k: k, at: at}
			pick(k, VPMOVZXBD, VPMOVZXBQ)(Mem{Base: cond.Register, Disp: at * k.lanes()}, m)
			pick(k, VPCMPGTD, VPCMPGTQ)(z, m, m)
			x, y := p.load(a), p.load(b)
			blend(k, m, x, y, y)
			p.store(y, dst)
		}
	})
	TESTQ(n, n)
	JEQ(LabelRef("end"))
	x, y, c := GP64(), GP64(), GP64()
	Label("rest")
	MOVBLZX(Mem{Base: cond.Register}, c.As32())
	if k == f32 {
		MOVL(Mem{Base: a.Register}, x.As32())
		MOVL(Mem{Base: b.Register}, y.As32())
	} else {
		MOVQ(Mem{Base: a.Register}, x)
		MOVQ(Mem{Base: b.Register}, y)
	}
	TESTL(c.As32(), c.As32())
	CMOVQEQ(y, x)
	if k == f32 {
		MOVL(x.As32(), Mem{Base: dst.Register})
	} else {
		MOVQ(x, Mem{Base: dst.Register})
	}
	for _, p := range cs {
		ADDQ(Imm(uint64(p.size)), p.Register)
	}
	DECQ(n)
	JNE(LabelRef("rest"))
	Label("end")
	end()
}
