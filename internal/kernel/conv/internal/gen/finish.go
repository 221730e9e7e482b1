package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// epilogue finishes whole vectors of rows that lie ldc elements apart.
func epilogue(f flavour) {
	begin("finish"+f.name(), "Adds a bias to each row of n vectors, unless bias is nil, and applies ReLU, if asked to.",
		fmt.Sprintf("rows int, n int, c *%s, ldc int, bias *%s, relu bool", f.elem, f.elem))
	rows, c, ldc, bias := load("rows"), load("c"), load("ldc"), load("bias")
	f.scale(ldc)
	relu := GP32()
	Load(Param("relu"), relu)
	zero, b := f.vec(), f.vec()
	f.zero(zero)
	n, at := GP64(), GP64()
	Label("row")
	MOVQ(c, at)
	Load(Param("n"), n)
	TESTQ(bias, bias)
	JZ(LabelRef("unbiased"))
	f.broadcast(Mem{Base: bias}, b)
	ADDQ(Imm(uint64(f.size)), bias)
	TESTL(relu, relu)
	JZ(LabelRef("biased"))
	loop := func(label string, bias, relu bool) {
		Label(label)
		x := f.vec()
		if bias {
			f.add(Mem{Base: at}, b, x)
		} else {
			f.move(Mem{Base: at}, x)
		}
		if relu {
			f.relu(zero, x)
		}
		f.move(x, Mem{Base: at})
		ADDQ(Imm(uint64(f.wide)), at)
		DECQ(n)
		JNE(LabelRef(label))
	}
	loop("both", true, true)
	JMP(LabelRef("next"))
	loop("biased", true, false)
	JMP(LabelRef("next"))
	loop("unbiased", false, true)
	Label("next")
	ADDQ(ldc, c)
	DECQ(rows)
	JNE(LabelRef("row"))
	VZEROUPPER()
	RET()
}

// accumulate adds one row to another.
func accumulate(f flavour) {
	begin("accumulate"+f.elem, "Adds n elements from src on to those of dst.", fmt.Sprintf("n int, src *%s, dst *%s", f.elem, f.elem))
	left, from, to := load("n"), load("src"), load("dst")
	step := func(x reg.VecVirtual, wide int, add func(...Op), load func(...Op)) {
		load(Mem{Base: to}, x)
		add(Mem{Base: from}, x, x)
		load(x, Mem{Base: to})
		ADDQ(Imm(uint64(wide)), from)
		ADDQ(Imm(uint64(wide)), to)
	}
	lanes := f.wide / f.size
	SUBQ(Imm(uint64(lanes)), left)
	JLT(LabelRef("rest"))
	Label("whole")
	f.single(
		func(...Op) { step(YMM(), 32, VADDPS, VMOVUPS) },
		func(...Op) { step(YMM(), 32, VADDPD, VMOVUPD) })
	SUBQ(Imm(uint64(lanes)), left)
	JGE(LabelRef("whole"))
	Label("rest")
	ADDQ(Imm(uint64(lanes)), left)
	JE(LabelRef("done"))
	Label("single")
	f.single(
		func(...Op) { step(XMM(), 4, VADDSS, VMOVSS) },
		func(...Op) { step(XMM(), 8, VADDSD, VMOVSD) })
	DECQ(left)
	JNE(LabelRef("single"))
	Label("done")
	VZEROUPPER()
	RET()
}
