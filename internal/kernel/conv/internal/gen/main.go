// Command gen writes the assembly of package conv: tiles of the gradient to the filter, the packer of panels and the
// epilogue. Run it by go generate in the package's folder.
package main

import (
	"fmt"

	"github.com/mmcloughlin/avo/attr"
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	maxRows = 6 // gemm.MR
	vectors = 2 // of a tile's row
	unroll  = 4 // pixels
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
	for _, f := range []flavour{
		{"AVX2", "float32", 4, 32},
		{"AVX2", "float64", 8, 32},
		{"AVX512", "float32", 4, 64},
		{"AVX512", "float64", 8, 64},
	} {
		for rows := 1; rows <= maxRows; rows++ {
			tile(f, rows, false)
			tile(f, rows, true)
		}
		panel(f)
		epilogue(f)
		if f.wide == 32 {
			accumulate(f)
			rowsOf(f)
			halve(f)
			weave(f)
		}
	}
	Generate()
}

// begin opens a function whose pointers do not escape.
func begin(name, doc, params string) {
	TEXT(name, attr.NOSPLIT, "func("+params+")")
	Pragma("noescape")
	Doc(doc)
}

func load(param string) reg.GPVirtual { return Load(Param(param), GP64()).(reg.GPVirtual) }

// tile writes C[rows × 2 vectors] = Σ over pixels p of x[offsets[i] + p]·panel[p], or adds to C. Pixels are height rows
// of width, step elements apart, in each of a number of planes; skip leads from the end of a row to the next, next from
// the end of a plane to the next. Width, height and planes are positive.
//
// A narrow one writes C[rows × 1 vector]. It has two sums a row, of pixels in turns, so that as many multiply-adds are
// under way, and adds them up at the end.
func tile(f flavour, rows int, narrow bool) {
	name, columns, sums := "tile", vectors, 1
	if narrow {
		name, columns, sums = "narrow", 1, 2
	}
	p := "*" + f.elem
	begin(fmt.Sprintf("%s%d%s", name, rows, f.name()), fmt.Sprintf("C has %d rows.", rows),
		fmt.Sprintf("planes int, height int, width int, x %s, offsets *int, step int, skip int, next int, panel %s, c %s, add bool", p, p, p))
	x, offsets := load("x"), load("offsets")
	row := make([]reg.GPVirtual, rows)
	for i := range row {
		row[i] = GP64()
		MOVQ(Mem{Base: offsets, Disp: 8 * i}, row[i])
		LEAQ(Mem{Base: x, Index: row[i], Scale: uint8(f.size)}, row[i])
	}
	sum := make([][]reg.VecVirtual, rows)
	for i := range sum {
		for range sums * columns {
			zeroed := f.vec()
			f.zero(zeroed)
			sum[i] = append(sum[i], zeroed)
		}
	}
	eachOfC := func(do func(i, v int, c Mem)) {
		c := load("c")
		for i := range rows {
			for v := range columns {
				do(i, v, Mem{Base: c, Disp: (i*columns + v) * f.wide})
			}
		}
	}
	add := GP32()
	Load(Param("add"), add)
	TESTL(add, add)
	JZ(LabelRef("begin"))
	eachOfC(func(i, v int, c Mem) { f.move(c, sum[i][v]) })
	Label("begin")

	at, pixels, height, planes := GP64(), GP64(), GP64(), load("planes")
	XORQ(at, at)
	step, panel := load("step"), load("panel")
	f.scale(step)
	pixel := func(u int) {
		y := make([]reg.VecVirtual, columns)
		for v := range y {
			y[v] = f.vec()
			f.move(Mem{Base: panel, Disp: (u*columns + v) * f.wide}, y[v])
		}
		for i := range sum {
			b := f.vec()
			f.broadcast(Mem{Base: row[i], Index: at, Scale: 1}, b)
			for v := range y {
				f.fma(y[v], b, sum[i][u%sums*columns+v])
			}
		}
		ADDQ(step, at)
	}
	Label("plane")
	Load(Param("height"), height)
	Label("row")
	Load(Param("width"), pixels)
	SUBQ(Imm(unroll), pixels)
	JLT(LabelRef("rest"))
	Label("loop")
	for u := range unroll {
		pixel(u)
	}
	ADDQ(U32(uint32(unroll*columns*f.wide)), panel)
	SUBQ(Imm(unroll), pixels)
	JGE(LabelRef("loop"))
	Label("rest")
	ADDQ(Imm(unroll), pixels)
	JE(LabelRef("ended"))
	Label("single")
	pixel(0)
	ADDQ(U32(uint32(columns*f.wide)), panel)
	DECQ(pixels)
	JNE(LabelRef("single"))
	Label("ended")
	skip := load("skip")
	f.scale(skip)
	ADDQ(skip, at)
	DECQ(height)
	JNE(LabelRef("row"))
	next := load("next")
	f.scale(next)
	ADDQ(next, at)
	DECQ(planes)
	JNE(LabelRef("plane"))
	eachOfC(func(i, v int, c Mem) {
		if narrow {
			f.add(sum[i][1], sum[i][0], sum[i][0])
		}
		f.move(sum[i][v], c)
	})
	VZEROUPPER()
	RET()
}
