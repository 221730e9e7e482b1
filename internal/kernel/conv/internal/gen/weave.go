package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// one moves an element.
func (f flavour) one(from, to Op) { f.single(VMOVSS, VMOVSD, from, to) }

// rowsOf copies rows. A last vector reaches back over what is copied already.
func rowsOf(f flavour) {
	begin("rows"+f.elem, "Copies n elements from src on to dst, in each of rows rows.",
		fmt.Sprintf("rows int, n int, src *%s, from int, dst *%s, to int", f.elem, f.elem))
	rows, n, src, from, dst, to := load("rows"), load("n"), load("src"), load("from"), load("dst"), load("to")
	f.scale(n)
	f.scale(from)
	f.scale(to)
	at := GP64()
	copyAt := func(v reg.VecVirtual, back int) {
		f.move(Mem{Base: src, Index: at, Scale: 1, Disp: -back}, v)
		f.move(v, Mem{Base: dst, Index: at, Scale: 1, Disp: -back})
	}
	Label("row")
	MOVQ(U32(uint32(f.wide)), at)
	CMPQ(n, at)
	JLT(LabelRef("half"))
	Label("whole")
	copyAt(YMM(), f.wide)
	ADDQ(Imm(uint64(f.wide)), at)
	CMPQ(at, n)
	JLE(LabelRef("whole"))
	MOVQ(n, at)
	copyAt(YMM(), f.wide)
	JMP(LabelRef("next"))
	Label("half")
	CMPQ(n, Imm(16))
	JLT(LabelRef("rest"))
	MOVQ(U32(16), at)
	copyAt(XMM(), 16)
	MOVQ(n, at)
	copyAt(XMM(), 16)
	JMP(LabelRef("next"))
	Label("rest")
	MOVQ(n, at)
	Label("single")
	x := XMM()
	f.one(Mem{Base: src, Index: at, Scale: 1, Disp: -f.size}, x)
	f.one(x, Mem{Base: dst, Index: at, Scale: 1, Disp: -f.size})
	SUBQ(Imm(uint64(f.size)), at)
	JNE(LabelRef("single"))
	Label("next")
	ADDQ(from, src)
	ADDQ(to, dst)
	DECQ(rows)
	JNE(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// halve copies every other element of rows: no element behind the last one copied is read.
func halve(f flavour) {
	begin("halve"+f.elem, "Copies n elements, every other one from src on, to dst, in each of rows rows.",
		fmt.Sprintf("rows int, n int, src *%s, from int, dst *%s, to int", f.elem, f.elem))
	rows, src, from, dst, to := load("rows"), load("src"), load("from"), load("dst"), load("to")
	f.scale(from)
	f.scale(to)
	left, x, y := GP64(), GP64(), GP64()
	lanes := f.wide / f.size
	step := func(v func() reg.VecVirtual, wide int, cross bool) {
		a, b := v(), v()
		f.move(Mem{Base: x}, a)
		f.move(Mem{Base: x, Disp: wide}, b)
		if f.size == 4 {
			VSHUFPS(Imm(0x88), b, a, a)
		} else {
			VUNPCKLPD(b, a, a)
		}
		if cross {
			VPERMPD(Imm(0xd8), a, a)
		}
		f.move(a, Mem{Base: y})
		ADDQ(Imm(uint64(2*wide)), x)
		ADDQ(Imm(uint64(wide)), y)
	}
	Label("row")
	Load(Param("n"), left)
	MOVQ(src, x)
	MOVQ(dst, y)
	SUBQ(Imm(uint64(lanes)), left)
	JLE(LabelRef("half"))
	Label("whole")
	step(func() reg.VecVirtual { return YMM() }, f.wide, true)
	SUBQ(Imm(uint64(lanes)), left)
	JG(LabelRef("whole"))
	Label("half")
	ADDQ(Imm(uint64(lanes/2)), left)
	JLE(LabelRef("rest"))
	step(func() reg.VecVirtual { return XMM() }, f.wide/2, false)
	SUBQ(Imm(uint64(lanes/2)), left)
	Label("rest")
	ADDQ(Imm(uint64(lanes/2)), left)
	JE(LabelRef("next"))
	Label("single")
	a := XMM()
	f.one(Mem{Base: x}, a)
	f.one(a, Mem{Base: y})
	ADDQ(Imm(uint64(2*f.size)), x)
	ADDQ(Imm(uint64(f.size)), y)
	DECQ(left)
	JNE(LabelRef("single"))
	Label("next")
	ADDQ(from, src)
	ADDQ(to, dst)
	DECQ(rows)
	JNE(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// weave is the reverse of halve, for both halves.
func weave(f flavour) {
	begin("weave"+f.elem, "Copies n elements from a and n from b in turns to dst, in each of rows rows.",
		fmt.Sprintf("rows int, n int, a *%s, nexta int, b *%s, nextb int, dst *%s, to int", f.elem, f.elem, f.elem))
	rows, a, nexta, b, nextb, dst, to := load("rows"), load("a"), load("nexta"), load("b"), load("nextb"), load("dst"), load("to")
	f.scale(nexta)
	f.scale(nextb)
	f.scale(to)
	left, at, y := GP64(), GP64(), GP64()
	lanes := f.wide / f.size
	step := func(v func() reg.VecVirtual, wide int, cross bool) {
		p, q, lo, hi := v(), v(), v(), v()
		f.move(Mem{Base: a, Index: at, Scale: 1}, p)
		f.move(Mem{Base: b, Index: at, Scale: 1}, q)
		f.single(VUNPCKLPS, VUNPCKLPD, q, p, lo)
		f.single(VUNPCKHPS, VUNPCKHPD, q, p, hi)
		if cross {
			VPERM2F128(Imm(0x20), hi, lo, p)
			VPERM2F128(Imm(0x31), hi, lo, q)
			lo, hi = p, q
		}
		f.move(lo, Mem{Base: y})
		f.move(hi, Mem{Base: y, Disp: wide})
		ADDQ(Imm(uint64(wide)), at)
		ADDQ(Imm(uint64(2*wide)), y)
	}
	Label("row")
	Load(Param("n"), left)
	XORQ(at, at)
	MOVQ(dst, y)
	SUBQ(Imm(uint64(lanes)), left)
	JLT(LabelRef("half"))
	Label("whole")
	step(func() reg.VecVirtual { return YMM() }, f.wide, true)
	SUBQ(Imm(uint64(lanes)), left)
	JGE(LabelRef("whole"))
	Label("half")
	ADDQ(Imm(uint64(lanes/2)), left)
	JLT(LabelRef("rest"))
	step(func() reg.VecVirtual { return XMM() }, f.wide/2, false)
	SUBQ(Imm(uint64(lanes/2)), left)
	Label("rest")
	ADDQ(Imm(uint64(lanes/2)), left)
	JE(LabelRef("next"))
	Label("single")
	p := XMM()
	f.one(Mem{Base: a, Index: at, Scale: 1}, p)
	f.one(p, Mem{Base: y})
	f.one(Mem{Base: b, Index: at, Scale: 1}, p)
	f.one(p, Mem{Base: y, Disp: f.size})
	ADDQ(Imm(uint64(f.size)), at)
	ADDQ(Imm(uint64(2*f.size)), y)
	DECQ(left)
	JNE(LabelRef("single"))
	Label("next")
	ADDQ(nexta, a)
	ADDQ(nextb, b)
	ADDQ(to, dst)
	DECQ(rows)
	JNE(LabelRef("row"))
	VZEROUPPER()
	RET()
}
