package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// interleave32 packs a panel of A: 6 rows, 4 columns a turn.
func interleave32() {
	begin("interleavefloat32", "Writes n·4 columns of 6 rows of a as [k][6].", "n int, a *float32, lda int, dst *float32")
	n, dst := Load(Param("n"), GP64()), Load(Param("dst"), GP64())
	rows, a, below := sixRows(2)
	Label("loop")
	r := make([]reg.VecVirtual, len(rows))
	for i := range r {
		r[i] = XMM()
		VMOVUPS(rows[i], r[i])
	}
	ab, cd, ef := [2]reg.VecVirtual{XMM(), XMM()}, [2]reg.VecVirtual{XMM(), XMM()}, [2]reg.VecVirtual{XMM(), XMM()}
	for i, p := range [][2]reg.VecVirtual{ab, cd, ef} {
		VUNPCKLPS(r[2*i+1], r[2*i], p[0])
		VUNPCKHPS(r[2*i+1], r[2*i], p[1])
	}
	for k := range 4 {
		quad := XMM()
		to := Mem{Base: dst, Disp: 24*k + 16}
		if k%2 == 0 {
			VMOVLHPS(cd[k/2], ab[k/2], quad)
			VMOVLPS(ef[k/2], to)
		} else {
			VMOVHLPS(ab[k/2], cd[k/2], quad)
			VMOVHPS(ef[k/2], to)
		}
		VMOVUPS(quad, Mem{Base: dst, Disp: 24 * k})
	}
	ADDQ(Imm(16), a)
	ADDQ(Imm(16), below)
	ADDQ(Imm(96), dst)
	DECQ(n)
	JNE(LabelRef("loop"))
	RET()
}

// interleave64 packs a panel of A: 6 rows, 2 columns a turn.
func interleave64() {
	begin("interleavefloat64", "Writes n·2 columns of 6 rows of a as [k][6].", "n int, a *float64, lda int, dst *float64")
	n, dst := Load(Param("n"), GP64()), Load(Param("dst"), GP64())
	rows, a, below := sixRows(3)
	Label("loop")
	for i := 0; i < len(rows); i += 2 {
		x, y, lo, hi := XMM(), XMM(), XMM(), XMM()
		VMOVUPD(rows[i], x)
		VMOVUPD(rows[i+1], y)
		VUNPCKLPD(y, x, lo)
		VUNPCKHPD(y, x, hi)
		VMOVUPD(lo, Mem{Base: dst, Disp: 8 * i})
		VMOVUPD(hi, Mem{Base: dst, Disp: 48 + 8*i})
	}
	ADDQ(Imm(16), a)
	ADDQ(Imm(16), below)
	ADDQ(Imm(96), dst)
	DECQ(n)
	JNE(LabelRef("loop"))
	RET()
}

// sixRows addresses the first elements of six rows of a by two pointers, which the caller moves along.
func sixRows(shift uint64) (rows []Mem, first, below reg.GPVirtual) {
	first = Load(Param("a"), GP64()).(reg.GPVirtual)
	lda := Load(Param("lda"), GP64()).(reg.GPVirtual)
	SHLQ(Imm(shift), lda)
	below = GP64()
	LEAQ(Mem{Base: first, Index: lda, Scale: 2}, below)
	ADDQ(lda, below)
	for _, base := range []reg.GPVirtual{first, below} {
		rows = append(rows, Mem{Base: base}, Mem{Base: base, Index: lda, Scale: 1}, Mem{Base: base, Index: lda, Scale: 2})
	}
	return rows, first, below
}

// copyRows packs a whole panel of B that is stored by rows, or of A that is stored by columns.
func copyRows(bytes int) {
	begin(fmt.Sprintf("copyRows%d", bytes), fmt.Sprintf("Copies n rows of %d bytes, stride bytes apart, to dst.", bytes),
		"n int, src *byte, stride int, dst *byte")
	n, src := Load(Param("n"), GP64()), Load(Param("src"), GP64())
	stride, dst := Load(Param("stride"), GP64()), Load(Param("dst"), GP64())
	Label("loop")
	for d := 0; d < bytes; {
		from, to := Mem{Base: src, Disp: d}, Mem{Base: dst, Disp: d}
		switch left := bytes - d; {
		case left >= 32:
			x := YMM()
			VMOVUPS(from, x)
			VMOVUPS(x, to)
			d += 32
		case left >= 16:
			x := XMM()
			VMOVUPS(from, x)
			VMOVUPS(x, to)
			d += 16
		default:
			x := GP64()
			MOVQ(from, x)
			MOVQ(x, to)
			d += 8
		}
	}
	ADDQ(stride, src)
	ADDQ(Imm(uint64(bytes)), dst)
	DECQ(n)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// copyRowsMasked packs the last panel of B, which the matrix does not fill.
func copyRowsMasked() {
	begin("copyRowsMasked", "Copies n rows of 32 bytes, stride bytes apart, to dst in steps of row bytes, with zeros where the mask is 0; reads nothing there.",
		"n int, src *byte, stride int, dst *byte, row int, mask *uint32")
	n, src := Load(Param("n"), GP64()), Load(Param("src"), GP64())
	stride, dst := Load(Param("stride"), GP64()), Load(Param("dst"), GP64())
	row, m := Load(Param("row"), GP64()), Load(Param("mask"), GP64())
	mask := YMM()
	VMOVUPS(Mem{Base: m}, mask)
	Label("loop")
	x := YMM()
	VMASKMOVPS(Mem{Base: src}, mask, x)
	VMOVUPS(x, Mem{Base: dst})
	ADDQ(stride, src)
	ADDQ(row, dst)
	DECQ(n)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// transpose32 packs 8 columns of a panel of B, stored as 8 rows: 8×8 blocks through unpack, shuffle and lane swap.
func transpose32() {
	const doc = "Writes n·8 columns of 8 rows of src, ld elements apart, as rows of 8 elements, row elements apart."
	begin("transposefloat32", doc, "n int, src *float32, ld int, dst *float32, row int")
	n, in, out := transposeSides(flavour{elem: "float32", size: 4, wide: 32})
	Label("loop")
	var r, t [8]reg.VecVirtual
	high := GP64()
	LEAQ(Mem{Base: in.base, Index: in.stride, Scale: 4}, high)
	for i := range r {
		r[i] = YMM()
		m := in.row(i % 4)
		if i >= 4 {
			m.Base = high
		}
		VMOVUPS(m, r[i])
	}
	for i := 0; i < 8; i += 2 {
		t[i], t[i+1] = YMM(), YMM()
		VUNPCKLPS(r[i+1], r[i], t[i])
		VUNPCKHPS(r[i+1], r[i], t[i+1])
	}
	var s [8]reg.VecVirtual
	for i := 0; i < 8; i += 4 {
		for j := range 2 {
			lo, hi := YMM(), YMM()
			VSHUFPS(Imm(0x44), t[i+2+j], t[i+j], lo)
			VSHUFPS(Imm(0xee), t[i+2+j], t[i+j], hi)
			s[i+2*j], s[i+2*j+1] = lo, hi
		}
	}
	high = GP64()
	LEAQ(Mem{Base: out.base, Index: out.stride, Scale: 4}, high)
	for i := range 4 {
		lo, hi := YMM(), YMM()
		VPERM2F128(Imm(0x20), s[4+i], s[i], lo)
		VPERM2F128(Imm(0x31), s[4+i], s[i], hi)
		VMOVUPS(lo, out.row(i))
		m := out.row(i)
		m.Base = high
		VMOVUPS(hi, m)
	}
	ADDQ(Imm(32), in.base)
	LEAQ(Mem{Base: out.base, Index: out.stride, Scale: 8}, out.base)
	DECQ(n)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// transpose64 is transpose32 in blocks of 4×4.
func transpose64() {
	const doc = "Writes n·4 columns of 4 rows of src, ld elements apart, as rows of 4 elements, row elements apart."
	begin("transposefloat64", doc, "n int, src *float64, ld int, dst *float64, row int")
	n, in, out := transposeSides(flavour{elem: "float64", size: 8, wide: 32})
	Label("loop")
	var r, t [4]reg.VecVirtual
	for i := range r {
		r[i] = YMM()
		VMOVUPD(in.row(i), r[i])
	}
	for i := 0; i < 4; i += 2 {
		t[i], t[i+1] = YMM(), YMM()
		VUNPCKLPD(r[i+1], r[i], t[i])
		VUNPCKHPD(r[i+1], r[i], t[i+1])
	}
	for i := range 2 {
		lo, hi := YMM(), YMM()
		VPERM2F128(Imm(0x20), t[2+i], t[i], lo)
		VPERM2F128(Imm(0x31), t[2+i], t[i], hi)
		VMOVUPD(lo, out.row(i))
		VMOVUPD(hi, out.row(2+i))
	}
	ADDQ(Imm(32), in.base)
	out.advance(4)
	DECQ(n)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

func transposeSides(f flavour) (n reg.Register, in, out side) {
	n = Load(Param("n"), GP64())
	return n, newSide(f, "src", "ld"), newSide(f, "dst", "row")
}
