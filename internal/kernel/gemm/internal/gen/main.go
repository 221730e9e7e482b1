// Command gen writes the assembly of package gemm: tiles of C held in registers, packers, and the register-only loops
// that measure a machine's peak; and choose_amd64.go, which chooses among tiles. Run it by go generate in the package's folder.
package main

import (
	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A flavour is an element type held in vectors of one width.
type flavour struct {
	isa  string
	elem string // as in Go
	size int    // bytes of an element
	wide int    // bytes of a vector
}

func (f flavour) name() string { return f.elem + f.isa }

func (f flavour) vec() reg.VecVirtual {
	if f.wide == 64 {
		return ZMM()
	}
	return YMM()
}

// at is where vector v of a row that begins at m lies.
func (f flavour) at(m Mem, v int) Mem {
	m.Disp += v * f.wide
	return m
}

func (f flavour) zero(x Op) {
	if f.wide == 64 {
		VPXORD(x, x, x)
		return
	}
	VXORPS(x, x, x)
}

// move loads or stores a vector.
func (f flavour) move(from, to Op) {
	if f.size == 4 {
		VMOVUPS(from, to)
		return
	}
	VMOVUPD(from, to)
}

// load brings a vector into a register, with zeros where there is a mask that lacks them; what it lacks is not read.
func (f flavour) load(m Op, mask reg.OpmaskVirtual) reg.VecVirtual {
	x := f.vec()
	switch {
	case mask == nil:
		f.move(m, x)
	case f.size == 4:
		VMOVUPS_Z(m, mask, x)
	default:
		VMOVUPD_Z(m, mask, x)
	}
	return x
}

// store writes a vector, or what the mask has of it.
func (f flavour) store(x reg.VecVirtual, mask reg.OpmaskVirtual, m Op) {
	switch {
	case mask == nil:
		f.move(x, m)
	case f.size == 4:
		VMOVUPS(x, mask, m)
	default:
		VMOVUPD(x, mask, m)
	}
}

// masks makes masks of the first cols lanes of so many vectors; cols is a parameter.
func (f flavour) masks(of []reg.OpmaskVirtual) {
	Load(Param("cols"), reg.RCX)
	bits := GP64()
	MOVQ(U32(1), bits)
	SHLQ(reg.CL, bits)
	DECQ(bits)
	for i := range of {
		if i > 0 {
			SHRQ(Imm(uint64(f.wide/f.size)), bits)
		}
		of[i] = K()
		KMOVW(bits.As32(), of[i])
	}
}

func (f flavour) broadcast(m Mem, x Op) {
	if f.size == 4 {
		VBROADCASTSS(m, x)
		return
	}
	VBROADCASTSD(m, x)
}

// fma is sum += x·y.
func (f flavour) fma(x, y, sum Op) {
	if f.size == 4 {
		VFMADD231PS(x, y, sum)
		return
	}
	VFMADD231PD(x, y, sum)
}

func (f flavour) add(x, sum Op) {
	if f.size == 4 {
		VADDPS(x, sum, sum)
		return
	}
	VADDPD(x, sum, sum)
}

// relu gives x itself when the comparison with zero is equal or unordered: −0 and NaN stay.
func (f flavour) relu(zero, x Op) {
	if f.size == 4 {
		VMAXPS(x, zero, x)
		return
	}
	VMAXPD(x, zero, x)
}

// scale turns a stride in elements into bytes.
func (f flavour) scale(r Op) {
	if f.size == 4 {
		SHLQ(Imm(2), r)
		return
	}
	SHLQ(Imm(3), r)
}

var flavours = []flavour{
	{"AVX2", "float32", 4, 32},
	{"AVX2", "float64", 8, 32},
	{"AVX512", "float32", 4, 64},
	{"AVX512", "float64", 8, 64},
}

func main() {
	choose("choose_amd64.go")
	ConstraintExpr("amd64,!noasm")
	for _, f := range flavours {
		for rows := 1; rows <= maxRows; rows++ {
			for _, byRow := range []bool{true, false} {
				tile(f, rows, panel, byRow, false)
				if f.Pairs() {
					tile(f, rows, paired, byRow, false)
					tile(f, rows, panel, byRow, true)
					tile(f, rows, paired, byRow, true)
				}
			}
		}
		tile(f, 1, wide, false, false)
		peak(f)
	}
	interleave32()
	interleave64()
	for _, bytes := range []int{24, 48, 64, 128} {
		copyRows(bytes)
	}
	copyRowsMasked()
	transpose32()
	transpose64()
	Generate()
}

// begin opens a function whose pointers do not escape.
func begin(name, doc, params string) {
	TEXT(name, attr.NOSPLIT, "func("+params+")")
	Pragma("noescape")
	Doc(doc)
}
