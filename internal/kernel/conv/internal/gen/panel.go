package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// panel writes n rows of 2 vectors: row k has, at the column of each run, two vectors from data[offsets[k] + run.from]
// on. Runs come in order, so a later one writes over what an earlier one has too much, and the next row over the last.
func panel(f flavour) {
	const run = 24 // bytes of a run: column, from, to
	begin("panel"+f.name(), "Copies n rows, each of a positive number of runs.",
		fmt.Sprintf("n int, data *%s, offsets *int, runs *int, count int, panel *%s", f.elem, f.elem))
	n, data, offsets, runs, count, panel := load("n"), load("data"), load("offsets"), load("runs"), load("count"), load("panel")
	bytes := vectors * f.wide
	copyRun := func(from, to Mem) {
		for v := range vectors {
			x := f.vec()
			from.Disp, to.Disp = v*f.wide, v*f.wide
			f.move(from, x)
			f.move(x, to)
		}
	}
	runAt := func(i int) (from, column reg.GPVirtual) {
		from, column = GP64(), GP64()
		MOVQ(Mem{Base: runs, Disp: run*i + 8}, from)
		LEAQ(Mem{Base: data, Index: from, Scale: uint8(f.size)}, from)
		MOVQ(Mem{Base: runs, Disp: run * i}, column)
		f.scale(column)
		return from, column
	}
	for fixed := 1; fixed <= 3; fixed++ {
		after := fmt.Sprintf("not%d", fixed)
		CMPQ(count, Imm(uint64(fixed)))
		JNE(LabelRef(after))
		var from, column []reg.GPVirtual
		for i := range fixed {
			x, c := runAt(i)
			ADDQ(panel, c)
			from, column = append(from, x), append(column, c)
		}
		k, off := GP64(), GP64()
		XORQ(k, k)
		loop := fmt.Sprintf("loop%d", fixed)
		Label(loop)
		MOVQ(Mem{Base: offsets}, off)
		ADDQ(Imm(8), offsets)
		for i := range fixed {
			copyRun(Mem{Base: from[i], Index: off, Scale: uint8(f.size)}, Mem{Base: column[i], Index: k, Scale: 1})
		}
		ADDQ(U32(bytes), k)
		DECQ(n)
		JNE(LabelRef(loop))
		VZEROUPPER()
		RET()
		Label(after)
	}
	Label("rows")
	off, at, left := GP64(), GP64(), GP64()
	MOVQ(Mem{Base: offsets}, off)
	ADDQ(Imm(8), offsets)
	LEAQ(Mem{Base: data, Index: off, Scale: uint8(f.size)}, off)
	MOVQ(runs, at)
	MOVQ(count, left)
	Label("runs")
	from, column := GP64(), GP64()
	MOVQ(Mem{Base: at, Disp: 8}, from)
	MOVQ(Mem{Base: at}, column)
	copyRun(Mem{Base: off, Index: from, Scale: uint8(f.size)}, Mem{Base: panel, Index: column, Scale: uint8(f.size)})
	ADDQ(Imm(run), at)
	DECQ(left)
	JNE(LabelRef("runs"))
	ADDQ(U32(bytes), panel)
	DECQ(n)
	JNE(LabelRef("rows"))
	VZEROUPPER()
	RET()
}

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

// accumulate adds rows of width elements, stride apart, to where each belongs.
func accumulate(f flavour) {
	begin("accumulate"+f.elem, "Adds width elements from src[i*stride] on to dst[offsets[i]] and what follows, for n rows in order.",
		fmt.Sprintf("n int, width int, src *%s, stride int, dst *%s, offsets *int", f.elem, f.elem))
	n, src, stride, dst, offsets := load("n"), load("src"), load("stride"), load("dst"), load("offsets")
	f.scale(stride)
	left, from, to := GP64(), GP64(), GP64()
	step := func(x reg.VecVirtual, wide int, add func(...Op), load func(...Op)) {
		load(Mem{Base: to}, x)
		add(Mem{Base: from}, x, x)
		load(x, Mem{Base: to})
		ADDQ(Imm(uint64(wide)), from)
		ADDQ(Imm(uint64(wide)), to)
	}
	lanes, half := f.wide/f.size, 16/f.size
	Label("row")
	Load(Param("width"), left)
	MOVQ(src, from)
	MOVQ(Mem{Base: offsets}, to)
	LEAQ(Mem{Base: dst, Index: to, Scale: uint8(f.size)}, to)
	SUBQ(Imm(uint64(lanes)), left)
	JLT(LabelRef("half"))
	Label("whole")
	f.single(
		func(...Op) { step(YMM(), 32, VADDPS, VMOVUPS) },
		func(...Op) { step(YMM(), 32, VADDPD, VMOVUPD) })
	SUBQ(Imm(uint64(lanes)), left)
	JGE(LabelRef("whole"))
	Label("half")
	ADDQ(Imm(uint64(lanes-half)), left)
	JLT(LabelRef("rest"))
	f.single(
		func(...Op) { step(XMM(), 16, VADDPS, VMOVUPS) },
		func(...Op) { step(XMM(), 16, VADDPD, VMOVUPD) })
	SUBQ(Imm(uint64(half)), left)
	Label("rest")
	ADDQ(Imm(uint64(half)), left)
	JE(LabelRef("next"))
	Label("single")
	f.single(
		func(...Op) { step(XMM(), 4, VADDSS, VMOVSS) },
		func(...Op) { step(XMM(), 8, VADDSD, VMOVSD) })
	DECQ(left)
	JNE(LabelRef("single"))
	Label("next")
	ADDQ(stride, src)
	ADDQ(Imm(8), offsets)
	DECQ(n)
	JNE(LabelRef("row"))
	VZEROUPPER()
	RET()
}
