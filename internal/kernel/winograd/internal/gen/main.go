// Command gen writes the assembly of package winograd: the two-dimensional transforms, made from the programs of package toom, and a
// transposer. Run it by go generate in the package's folder.
package main

import (
	"fmt"
	"math"
	"strings"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"

	"github.com/kedja-ml/kedja/internal/kernel/winograd/internal/toom"
)

// lanes are the channels that a transform treats at once.
const lanes = 16

func main() {
	ConstraintExpr("amd64,!noasm")
	two, four := toom.Two(), toom.Four()
	for _, wide := range []int{32, 64} {
		for _, t := range []*toom.Transforms{&two, &four} {
			for _, p := range t.All() {
				sandwich(p, wide)
			}
		}
	}
	transpose()
	Generate()
}

func begin(name, doc, params string) {
	TEXT(name, attr.NOSPLIT, "func("+params+")")
	Pragma("noescape")
	Doc(doc)
}

func load(param string) reg.GPVirtual { return Load(Param(param), GP64()).(reg.GPVirtual) }

// A machine writes the steps of a program in vectors of one width.
type machine struct{ wide int }

var constants = map[string]Mem{}

// constant is 64 bytes of memory that repeat x.
func constant(x float64) Mem {
	u := math.Float32bits(float32(x))
	name := fmt.Sprintf("c%08x", u)
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i := range lanes {
			DATA(4*i, U32(u))
		}
		constants[name] = m
	}
	return m
}

func (m *machine) vec() reg.VecVirtual {
	if m.wide == 64 {
		return ZMM()
	}
	return YMM()
}

// run returns the results of a program on values in registers.
func (m *machine) run(p *toom.Program, in []reg.VecVirtual) []reg.VecVirtual {
	v := append([]reg.VecVirtual(nil), in...)
	for _, s := range p.Steps {
		v = append(v, m.step(s, v))
	}
	var out []reg.VecVirtual
	for _, i := range p.Out {
		out = append(out, v[i])
	}
	return out
}

// step is A·x + B·y, rounded once where one of the factors is 1 or −1.
func (m *machine) step(s toom.Step, v []reg.VecVirtual) reg.VecVirtual {
	to := m.vec()
	if s.B == 0 {
		VMULPS(constant(s.A), v[s.X], to)
		return to
	}
	if one(s.B) && !one(s.A) {
		s = toom.Step{A: s.B, X: s.Y, B: s.A, Y: s.X}
	}
	x, y := v[s.X], v[s.Y]
	switch {
	case s.A == 1 && s.B == 1:
		VADDPS(y, x, to)
	case s.A == 1 && s.B == -1:
		VSUBPS(y, x, to)
	case s.A == 1:
		VMOVAPS(x, to)
		VFMADD231PS(constant(s.B), y, to)
	case one(s.A):
		panic("a step begins with −1")
	default:
		VMULPS(constant(s.A), x, to)
		VFMADD231PS(constant(s.B), y, to)
	}
	return to
}

func one(x float64) bool { return x == 1 || x == -1 }

// sandwich computes P·D·Pᵀ for n blocks D, whose elements are vectors. An element of a block lies row or col bytes after
// the one above or before it, a block step bytes after the block before. Between the two products the block is in registers
// or in memory, as there is room. Results of the forward transform are finished with a bias and ReLU.
func sandwich(p *toom.Program, wide int) {
	m := &machine{wide: wide}
	isa := "AVX2"
	if wide == 64 {
		isa = "AVX512"
	}
	finish := strings.HasPrefix(p.Name, "result")
	params := "n int, src *float32, srcRow, srcCol, srcStep int, dst *float32, dstRow, dstCol, dstStep int, tmp *float32"
	if finish {
		params += ", bias *float32, floor *float32"
	}
	in, out := p.In, len(p.Out)
	begin(p.Name+isa, fmt.Sprintf("Writes n blocks of %d × %d vectors, from %d × %d.", out, out, in, in), params)
	n := load("n")
	held := wide == 64 && in*out <= 16
	mid := make([][]reg.VecVirtual, out)
	src, srcRow, srcCol := load("src"), load("srcRow"), load("srcCol")
	dst, dstCol := load("dst"), load("dstCol")
	var tmp reg.GPVirtual
	if !held {
		tmp = load("tmp")
	}
	Label("loop")
	column := GP64()
	MOVQ(src, column)
	for b := range in {
		at := GP64()
		MOVQ(column, at)
		d := make([]reg.VecVirtual, in)
		for a := range d {
			d[a] = m.vec()
			VMOVUPS(Mem{Base: at}, d[a])
			if a+1 < in {
				ADDQ(srcRow, at)
			}
		}
		for o, v := range m.run(p, d) {
			if held {
				mid[o] = append(mid[o], v)
			} else {
				VMOVUPS(v, Mem{Base: tmp, Disp: (o*in + b) * wide})
			}
		}
		if b+1 < in {
			ADDQ(srcCol, column)
		}
	}
	dstRow := load("dstRow")
	row := GP64()
	MOVQ(dst, row)
	for o := range out {
		d := mid[o]
		if !held {
			d = make([]reg.VecVirtual, in)
			for b := range d {
				d[b] = m.vec()
				VMOVUPS(Mem{Base: tmp, Disp: (o*in + b) * wide}, d[b])
			}
		}
		at := GP64()
		MOVQ(row, at)
		results := m.run(p, d)
		for i, v := range results {
			if finish {
				bias, floor, f := load("bias"), load("floor"), m.vec()
				VADDPS(Mem{Base: bias}, v, f)
				low := m.vec()
				VMOVUPS(Mem{Base: floor}, low)
				VMAXPS(f, low, f)
				v = f
			}
			VMOVUPS(v, Mem{Base: at})
			if i+1 < len(results) {
				ADDQ(dstCol, at)
			}
		}
		if o+1 < out {
			ADDQ(dstRow, row)
		}
	}
	ADDQ(load("srcStep"), src)
	ADDQ(load("dstStep"), dst)
	DECQ(n)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}

// transpose writes 8×8 blocks: for each of rows, blocks of 8 columns from 8 lines of src, ld bytes apart, as 8 lines of 8
// elements, line bytes apart. With a mask there is one block more, of the columns that it has; zeros stand for the others.
func transpose() {
	begin("transpose", "Transposes rows of blocks of 8 columns of 8 lines.",
		"rows, blocks int, src *float32, ld, srcRow int, dst *float32, line, dstRow int, mask *uint32")
	rows := load("rows")
	src, ld, dst, line := load("src"), load("ld"), load("dst"), load("line")
	ld3, line3 := GP64(), GP64()
	LEAQ(Mem{Base: ld, Index: ld, Scale: 2}, ld3)
	LEAQ(Mem{Base: line, Index: line, Scale: 2}, line3)
	low, to, left := GP64(), GP64(), GP64()
	block := func(move func(m Mem, v reg.VecVirtual)) {
		high := GP64()
		LEAQ(Mem{Base: low, Index: ld, Scale: 4}, high)
		lines := func(base, stride, stride3 reg.GPVirtual) [4]Mem {
			return [4]Mem{{Base: base}, {Base: base, Index: stride, Scale: 1}, {Base: base, Index: stride, Scale: 2}, {Base: base, Index: stride3, Scale: 1}}
		}
		var r, t, s [8]reg.VecVirtual
		for i := range r {
			r[i] = YMM()
			m := lines(low, ld, ld3)
			if i >= 4 {
				m = lines(high, ld, ld3)
			}
			move(m[i%4], r[i])
		}
		for i := 0; i < 8; i += 2 {
			t[i], t[i+1] = YMM(), YMM()
			VUNPCKLPS(r[i+1], r[i], t[i])
			VUNPCKHPS(r[i+1], r[i], t[i+1])
		}
		for i := 0; i < 8; i += 4 {
			for j := range 2 {
				lo, hi := YMM(), YMM()
				VSHUFPS(Imm(0x44), t[i+2+j], t[i+j], lo)
				VSHUFPS(Imm(0xee), t[i+2+j], t[i+j], hi)
				s[i+2*j], s[i+2*j+1] = lo, hi
			}
		}
		below := GP64()
		LEAQ(Mem{Base: to, Index: line, Scale: 4}, below)
		for i := range 4 {
			lo, hi := YMM(), YMM()
			VPERM2F128(Imm(0x20), s[4+i], s[i], lo)
			VPERM2F128(Imm(0x31), s[4+i], s[i], hi)
			VMOVUPS(lo, lines(to, line, line3)[i])
			VMOVUPS(hi, lines(below, line, line3)[i])
		}
	}
	Label("row")
	MOVQ(src, low)
	MOVQ(dst, to)
	Load(Param("blocks"), left)
	TESTQ(left, left)
	JE(LabelRef("rest"))
	Label("block")
	block(func(m Mem, v reg.VecVirtual) { VMOVUPS(m, v) })
	ADDQ(Imm(32), low)
	LEAQ(Mem{Base: to, Index: line, Scale: 8}, to)
	DECQ(left)
	JNE(LabelRef("block"))
	Label("rest")
	m := load("mask")
	TESTQ(m, m)
	JE(LabelRef("next"))
	mask := YMM()
	VMOVUPS(Mem{Base: m}, mask)
	block(func(m Mem, v reg.VecVirtual) { VMASKMOVPS(m, mask, v) })
	Label("next")
	ADDQ(load("srcRow"), src)
	ADDQ(load("dstRow"), dst)
	DECQ(rows)
	JNE(LabelRef("row"))
	VZEROUPPER()
	RET()
}
