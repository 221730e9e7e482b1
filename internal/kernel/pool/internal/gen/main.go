// Command gen writes the assembly of package pool. Run it by go generate in the package's folder.
package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	ordered      = 0x07 // predicates of VCMPPS and VCMPPD
	notLessEqual = 0x16 // or unordered
)

func main() {
	ConstraintExpr("amd64,!noasm")
	count := GLOBL("count", attr.RODATA|attr.NOPTR)
	for i := range 8 {
		DATA(4*i, U32(i))
	}
	count64 := GLOBL("count64", attr.RODATA|attr.NOPTR)
	for i := range 4 {
		DATA(8*i, U64(i))
	}
	raise32(count)
	raise64(count)
	halve32(count)
	halve64(count64)
	Generate()
}

func begin(name, doc, params string) {
	TEXT(name, attr.NOSPLIT, "func("+params+")")
	Pragma("noescape")
	Doc(doc)
}

func load(param string) reg.GPVirtual { return Load(Param(param), GP64()).(reg.GPVirtual) }

// eachVector runs body for vectors of so many lanes at j = 0, lanes, 2·lanes… and, so that there is no rest, for the
// last one that ends at n ≥ lanes.
func eachVector(label string, n reg.GPVirtual, lanes int, body func(j reg.GPVirtual)) {
	j := GP64()
	XORQ(j, j)
	SUBQ(U32(lanes), n)
	Label(label)
	body(j)
	CMPQ(j, n)
	JE(LabelRef(label + "End"))
	ADDQ(U32(lanes), j)
	CMPQ(j, n)
	CMOVQGT(n, j)
	JMP(LabelRef(label))
	Label(label + "End")
}

// above32 marks where v is above best: larger, or NaN while best is not.
func above32(v, best reg.VecVirtual) reg.VecVirtual {
	m, number := YMM(), YMM()
	VCMPPS(Imm(notLessEqual), best, v, m)
	VCMPPS(Imm(ordered), best, best, number)
	VANDPS(number, m, m)
	return m
}

func above64(v, best reg.VecVirtual) reg.VecVirtual {
	m, number := YMM(), YMM()
	VCMPPD(Imm(notLessEqual), best, v, m)
	VCMPPD(Imm(ordered), best, best, number)
	VANDPD(number, m, m)
	return m
}

// every32 gives elements 0, 2, 4… or 1, 3, 5… of 16 from m on.
func every32(m Mem, odd bool) reg.VecVirtual {
	a, v := YMM(), YMM()
	VMOVUPS(m, a)
	m.Disp += 32
	imm := Imm(0x88)
	if odd {
		imm = Imm(0xdd)
	}
	VSHUFPS(imm, m, a, v)
	VPERMPD(Imm(0xd8), v, v)
	return v
}

func every64(m Mem, odd bool) reg.VecVirtual {
	a, v := YMM(), YMM()
	VMOVUPD(m, a)
	m.Disp += 32
	if odd {
		VUNPCKHPD(m, a, v)
	} else {
		VUNPCKLPD(m, a, v)
	}
	VPERMPD(Imm(0xd8), v, v)
	return v
}

const raiseDoc = "Is raiseGo for n outputs, at least %d, and a step of 1, or of 2 with one element more after the last."

func raise32(count Mem) {
	begin("raisefloat32", fmt.Sprintf(raiseDoc, 8), "n int, best *float32, index *int32, x *float32, step int, from int")
	n, best, index, x, step, from := load("n"), load("best"), load("index"), load("x"), load("step"), load("from")
	ramp := YMM() // from + j·step
	VMOVDQU(count, ramp)
	raise := func(j reg.GPVirtual, v reg.VecVirtual, twice bool) {
		best, index := Mem{Base: best, Index: j, Scale: 4}, Mem{Base: index, Index: j, Scale: 4}
		b, i, at, base := YMM(), YMM(), YMM(), GP64()
		VMOVUPS(best, b)
		VMOVUPS(index, i)
		m := above32(v, b)
		VORPS(i, m, m)
		MOVQ(from, base)
		ADDQ(j, base)
		if twice {
			ADDQ(j, base)
		}
		VMOVD(base.As32(), at.AsX())
		VPBROADCASTD(at.AsX(), at)
		VPADDD(ramp, at, at)
		VBLENDVPS(m, v, b, b)
		VBLENDVPS(m, at, i, i)
		VMOVUPS(b, best)
		VMOVUPS(i, index)
	}
	CMPQ(step, Imm(1))
	JNE(LabelRef("two"))
	eachVector("one", n, 8, func(j reg.GPVirtual) {
		v := YMM()
		VMOVUPS(Mem{Base: x, Index: j, Scale: 4}, v)
		raise(j, v, false)
	})
	VZEROUPPER()
	RET()
	Label("two")
	VPADDD(ramp, ramp, ramp)
	eachVector("step", n, 8, func(j reg.GPVirtual) {
		raise(j, every32(Mem{Base: x, Index: j, Scale: 8}, false), true)
	})
	VZEROUPPER()
	RET()
}

func raise64(count Mem) {
	begin("raisefloat64", fmt.Sprintf(raiseDoc, 4), "n int, best *float64, index *int32, x *float64, step int, from int")
	n, best, index, x, step, from := load("n"), load("best"), load("index"), load("x"), load("step"), load("from")
	ramp := XMM()
	VMOVDQU(count, ramp)
	raise := func(j reg.GPVirtual, v reg.VecVirtual, twice bool) {
		best, index := Mem{Base: best, Index: j, Scale: 8}, Mem{Base: index, Index: j, Scale: 4}
		b, i, at, base := YMM(), XMM(), XMM(), GP64()
		VMOVUPD(best, b)
		VMOVUPS(index, i)
		m := above64(v, b)
		signs, high := YMM(), XMM()
		VPMOVSXDQ(i, signs)
		VORPD(signs, m, m)
		VEXTRACTF128(Imm(1), m, high)
		narrow := XMM()
		VSHUFPS(Imm(0xdd), high, m.AsX(), narrow)
		MOVQ(from, base)
		ADDQ(j, base)
		if twice {
			ADDQ(j, base)
		}
		VMOVD(base.As32(), at)
		VPBROADCASTD(at, at)
		VPADDD(ramp, at, at)
		VBLENDVPD(m, v, b, b)
		VBLENDVPS(narrow, at, i, i)
		VMOVUPD(b, best)
		VMOVUPS(i, index)
	}
	CMPQ(step, Imm(1))
	JNE(LabelRef("two"))
	eachVector("one", n, 4, func(j reg.GPVirtual) {
		v := YMM()
		VMOVUPD(Mem{Base: x, Index: j, Scale: 8}, v)
		raise(j, v, false)
	})
	VZEROUPPER()
	RET()
	Label("two")
	VPADDD(ramp, ramp, ramp)
	x2 := GP64()
	eachVector("step", n, 4, func(j reg.GPVirtual) {
		LEAQ(Mem{Base: x, Index: j, Scale: 8}, x2)
		raise(j, every64(Mem{Base: x2, Index: j, Scale: 8}, false), true)
	})
	VZEROUPPER()
	RET()
}

const halveDoc = "Is halveGo for n outputs, at least %d."

func halve32(count Mem) {
	begin("halvefloat32", fmt.Sprintf(halveDoc, 8), "n int, y *float32, index *int32, a *float32, b *float32, from int, pitch int")
	n, y, index, a, b, from := load("n"), load("y"), load("index"), load("a"), load("b"), load("from")
	ramp, one, below := YMM(), YMM(), YMM()
	VMOVDQU(count, ramp)
	VPADDD(ramp, ramp, ramp)
	VPCMPEQD(one, one, one)
	VPSRLD(Imm(31), one, one)
	pitch := load("pitch")
	VMOVD(pitch.As32(), below.AsX())
	VPBROADCASTD(below.AsX(), below)
	eachVector("loop", n, 8, func(j reg.GPVirtual) {
		base, at := GP64(), YMM()
		LEAQ(Mem{Base: from, Index: j, Scale: 2}, base)
		VMOVD(base.As32(), at.AsX())
		VPBROADCASTD(at.AsX(), at)
		VPADDD(ramp, at, at)
		best, where := every32(Mem{Base: a, Index: j, Scale: 8}, false), YMM()
		VMOVDQU(at, where)
		take := func(v reg.VecVirtual) {
			m := above32(v, best)
			VBLENDVPS(m, v, best, best)
			VBLENDVPS(m, at, where, where)
		}
		v := every32(Mem{Base: a, Index: j, Scale: 8}, true)
		VPADDD(one, at, at)
		take(v)
		v = every32(Mem{Base: b, Index: j, Scale: 8}, false)
		VPSUBD(one, at, at)
		VPADDD(below, at, at)
		take(v)
		v = every32(Mem{Base: b, Index: j, Scale: 8}, true)
		VPADDD(one, at, at)
		take(v)
		VMOVUPS(best, Mem{Base: y, Index: j, Scale: 4})
		TESTQ(index, index)
		JZ(LabelRef("unindexed"))
		VMOVDQU(where, Mem{Base: index, Index: j, Scale: 4})
		Label("unindexed")
	})
	VZEROUPPER()
	RET()
}

func halve64(count Mem) {
	begin("halvefloat64", fmt.Sprintf(halveDoc, 4), "n int, y *float64, index *int32, a *float64, b *float64, from int, pitch int")
	n, y, index, a, b, from := load("n"), load("y"), load("index"), load("a"), load("b"), load("from")
	ramp, one, below := YMM(), YMM(), YMM()
	VMOVDQU(count, ramp)
	VPADDQ(ramp, ramp, ramp)
	VPCMPEQQ(one, one, one)
	VPSRLQ(Imm(63), one, one)
	pitch := load("pitch")
	VMOVQ(pitch, below.AsX())
	VPBROADCASTQ(below.AsX(), below)
	eachVector("loop", n, 4, func(j reg.GPVirtual) {
		base, at := GP64(), YMM()
		LEAQ(Mem{Base: from, Index: j, Scale: 2}, base)
		VMOVQ(base, at.AsX())
		VPBROADCASTQ(at.AsX(), at)
		VPADDQ(ramp, at, at)
		a2, b2 := GP64(), GP64()
		LEAQ(Mem{Base: a, Index: j, Scale: 8}, a2)
		LEAQ(Mem{Base: b, Index: j, Scale: 8}, b2)
		best, where := every64(Mem{Base: a2, Index: j, Scale: 8}, false), YMM()
		VMOVDQU(at, where)
		take := func(v reg.VecVirtual) {
			m := above64(v, best)
			VBLENDVPD(m, v, best, best)
			VBLENDVPD(m, at, where, where)
		}
		v := every64(Mem{Base: a2, Index: j, Scale: 8}, true)
		VPADDQ(one, at, at)
		take(v)
		v = every64(Mem{Base: b2, Index: j, Scale: 8}, false)
		VPSUBQ(one, at, at)
		VPADDQ(below, at, at)
		take(v)
		v = every64(Mem{Base: b2, Index: j, Scale: 8}, true)
		VPADDQ(one, at, at)
		take(v)
		VMOVUPD(best, Mem{Base: y, Index: j, Scale: 8})
		TESTQ(index, index)
		JZ(LabelRef("unindexed"))
		high, narrow := XMM(), XMM()
		VEXTRACTF128(Imm(1), where, high)
		VSHUFPS(Imm(0x88), high, where.AsX(), narrow)
		VMOVDQU(narrow, Mem{Base: index, Index: j, Scale: 4})
		Label("unindexed")
	})
	VZEROUPPER()
	RET()
}
