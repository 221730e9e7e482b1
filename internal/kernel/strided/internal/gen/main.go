// Command gen writes the assembly of package strided: transposition in registers. Run it by go generate in the package's folder.
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("amd64,!noasm")
	transpose(4)
	transpose(8)
	Generate()
}

// transpose copies element (j, i) of src to (i, j) of dst, for i < n and j < m, both multiples of the lanes of a vector of 32 bytes. Rows
// begin so many bytes apart.
func transpose(size int) {
	lanes := 32 / size
	TEXT(fmt.Sprintf("transpose%d", 8*size), NOSPLIT, "func(dst, src *byte, n, m, dstRow, srcRow int)")
	Pragma("noescape")
	load := func(name string) reg.GPVirtual { return Load(Param(name), GP64()).(reg.GPVirtual) }
	dst, src, n, m, to, from := load("dst"), load("src"), load("n"), load("m"), load("dstRow"), load("srcRow")
	to3, from3 := GP64(), GP64()
	LEAQ(Mem{Base: to, Index: to, Scale: 2}, to3)
	LEAQ(Mem{Base: from, Index: from, Scale: 2}, from3)
	d, s, left := GP64(), GP64(), GP64()
	Label("rows")
	MOVQ(dst, d)
	MOVQ(src, s)
	MOVQ(m, left)
	Label("square")
	// Row k of the square, in src or dst; rows 4 to 7 begin at the second register.
	source, half := [2]reg.Register{s, GP64()}, [2]reg.Register{d, GP64()}
	if size == 4 {
		LEAQ(Mem{Base: s, Index: from, Scale: 4}, source[1].(reg.GPVirtual))
		LEAQ(Mem{Base: d, Index: to, Scale: 4}, half[1].(reg.GPVirtual))
	}
	row := func(base [2]reg.Register, step, step3 reg.Register, k, disp int) Mem {
		at := Mem{Base: base[k/4], Disp: disp}
		switch k % 4 {
		case 1:
			at.Index, at.Scale = step, 1
		case 2:
			at.Index, at.Scale = step, 2
		case 3:
			at.Index, at.Scale = step3, 1
		}
		return at
	}
	for part := range 2 { // columns of src: 16 bytes of each row, those of rows lanes/2 on in the upper halves
		var r []reg.VecVirtual
		for k := range lanes / 2 {
			v := YMM()
			VMOVUPS(row(source, from, from3, k, 16*part), v.AsX())
			VINSERTF128(Imm(1), row(source, from, from3, k+lanes/2, 16*part), v, v)
			r = append(r, v)
		}
		var out []reg.VecVirtual
		if size == 8 {
			out = []reg.VecVirtual{YMM(), YMM()}
			VUNPCKLPD(r[1], r[0], out[0])
			VUNPCKHPD(r[1], r[0], out[1])
		} else {
			t := []reg.VecVirtual{YMM(), YMM(), YMM(), YMM()}
			VUNPCKLPS(r[1], r[0], t[0])
			VUNPCKHPS(r[1], r[0], t[1])
			VUNPCKLPS(r[3], r[2], t[2])
			VUNPCKHPS(r[3], r[2], t[3])
			out = []reg.VecVirtual{YMM(), YMM(), YMM(), YMM()}
			VSHUFPS(Imm(0x44), t[2], t[0], out[0])
			VSHUFPS(Imm(0xee), t[2], t[0], out[1])
			VSHUFPS(Imm(0x44), t[3], t[1], out[2])
			VSHUFPS(Imm(0xee), t[3], t[1], out[3])
		}
		for k, v := range out {
			VMOVUPS(v, row(half, to, to3, part*lanes/2+k, 0))
		}
	}
	ADDQ(Imm(32), d)
	LEAQ(Mem{Base: s, Index: from, Scale: uint8(lanes)}, s)
	SUBQ(Imm(uint64(lanes)), left)
	JNE(LabelRef("square"))
	ADDQ(Imm(32), src)
	LEAQ(Mem{Base: dst, Index: to, Scale: uint8(lanes)}, dst)
	SUBQ(Imm(uint64(lanes)), n)
	JNE(LabelRef("rows"))
	VZEROUPPER()
	RET()
}
