// Command gen writes the assembly of package conv: tiles, what brings them to where they belong, and copies. Run it by go generate in the package's folder.
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

func (f flavour) zero(x Op) {
	if f.wide == 64 {
		VPXORD(x, x, x)
		return
	}
	VXORPS(x, x, x)
}

// single chooses between the instructions of float32 and float64.
func (f flavour) single(yes, no func(...Op), ops ...Op) {
	if f.size == 4 {
		yes(ops...)
		return
	}
	no(ops...)
}

func (f flavour) move(from, to Op)      { f.single(VMOVUPS, VMOVUPD, from, to) }
func (f flavour) broadcast(m Mem, x Op) { f.single(VBROADCASTSS, VBROADCASTSD, m, x) }
func (f flavour) fma(x, y, sum Op)      { f.single(VFMADD231PS, VFMADD231PD, x, y, sum) }
func (f flavour) add(x, y, sum Op)      { f.single(VADDPS, VADDPD, x, y, sum) }

// relu gives x itself when the comparison with zero is equal or unordered: −0 and NaN stay.
func (f flavour) relu(zero, x Op) { f.single(VMAXPS, VMAXPD, x, zero, x) }

// scale turns elements into bytes.
func (f flavour) scale(r Op) {
	if f.size == 4 {
		SHLQ(Imm(2), r)
		return
	}
	SHLQ(Imm(3), r)
}

func main() {
	ConstraintExpr("amd64,!noasm")
	window := lanes()
	for _, f := range []flavour{
		{"AVX2", "float32", 4, 32},
		{"AVX2", "float64", 8, 32},
		{"AVX512", "float32", 4, 64},
		{"AVX512", "float64", 8, 64},
	} {
		tiles(f, 1)
		tiles(f, 2)
		f.lines(window)
		f.dots(window)
		epilogue(f)
		if f.wide == 32 {
			unload(f)
			accumulate(f)
			rowsOf(f)
			halve(f)
			weave(f)
		}
	}
	prefetch()
	Generate()
}

// begin opens a function whose pointers do not escape.
func begin(name, doc, params string) {
	TEXT(name, attr.NOSPLIT, "func("+params+")")
	Pragma("noescape")
	Doc(doc)
}

func load(param string) reg.GPVirtual { return Load(Param(param), GP64()).(reg.GPVirtual) }

// address is where a parameter lies.
func address(param string) Mem {
	p, err := Param(param).Resolve()
	if err != nil {
		panic(err)
	}
	return p.Addr
}
