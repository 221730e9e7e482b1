// Command gen writes the assembly of package vec. Run it by go generate in the package's folder.
//
// Every routine takes any count above zero. What does not fill a vector goes through the same instructions under a mask, so that an
// element's bits do not depend on its place.
package main

import (
	"os"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A kind is an element type.
type kind struct {
	name string // as in Go
	size int
}

var (
	f32 = kind{"float32", 4}
	f64 = kind{"float64", 8}
)

func (k kind) lanes() int { return width / k.size }

// width is the size of a vector: 32 bytes for AVX2, 64 for AVX-512.
var width = 32

func wide() bool { return width == 64 }

// vector is a new register of the width in hand.
func vector() reg.VecVirtual {
	if wide() {
		return ZMM()
	}
	return YMM()
}

// pick returns the instruction for k.
func pick[F any](k kind, s, d F) F {
	if k == f32 {
		return s
	}
	return d
}

// A place is a vector within the block that a loop works on: whole, or its first lanes under a mask.
type place struct {
	k    kind
	at   int
	mask Op // nil for a whole vector
}

func (p place) load(base cursor) reg.VecVirtual {
	v, m := vector(), Mem{Base: base.Register, Disp: width * p.at}
	switch { // zeros where the mask is not
	case p.mask == nil:
		VMOVUPS(m, v)
	case wide():
		pick(p.k, VMOVUPS_Z, VMOVUPD_Z)(m, p.mask, v)
	default:
		VMASKMOVPS(m, p.mask, v)
	}
	return v
}

func (p place) store(v reg.VecVirtual, base cursor) {
	m := Mem{Base: base.Register, Disp: width * p.at}
	switch {
	case p.mask == nil:
		VMOVUPS(v, m)
	case wide():
		pick(p.k, func(a, b, c Op) { VMOVUPS(a, b, c) }, func(a, b, c Op) { VMOVUPD(a, b, c) })(v, p.mask, m)
	default:
		VMASKMOVPS(v, p.mask, m)
	}
}

// keep zeroes the lanes that do not count.
func (p place) keep(v reg.VecVirtual) {
	switch {
	case p.mask == nil:
	case wide():
		pick(p.k, VMOVUPS_Z, VMOVUPD_Z)(v, p.mask, v)
	default:
		VANDPS(p.mask, v, v)
	}
}

// fetch asks for what lies so many bytes, in a register, behind the vector: the next row, while this one is worked on.
func (p place) fetch(base cursor, ahead reg.Register, instruction func(Op)) {
	if p.mask == nil && width*p.at%64 == 0 {
		instruction(Mem{Base: base.Register, Index: ahead, Scale: 1, Disp: width * p.at})
	}
}

// masks returns, for n elements that are left of a block, the mask of vector at: its first lanes, all of them, or none.
func masks(k kind, n reg.Register) func(at int) Op {
	if wide() {
		ones := GP64()
		MOVQ(I32(-1), ones)
		BZHIQ(n, ones, ones)
		return func(at int) Op {
			m, bits := K(), GP64()
			MOVQ(ones, bits)
			if at > 0 {
				SHRQ(Imm(uint64(at*k.lanes())), bits)
			}
			KMOVW(bits.As32(), m)
			return m
		}
	}
	left := YMM()
	VMOVQ(n, left.AsX())
	pick(k, VPBROADCASTD, VPBROADCASTQ)(left.AsX(), left)
	return func(at int) Op {
		m := YMM()
		index := numbers(k)
		index.Disp += 32 * at
		pick(k, VPCMPGTD, VPCMPGTQ)(index, left, m)
		return m
	}
}

// A cursor is a pointer that a loop moves, and the size of what it points to.
type cursor struct {
	reg.Register
	size int
}

// loop runs block, which handles count elements, while n ≥ count, and leaves in n how many are left.
func loop(label string, n reg.Register, count int, cursors []cursor, block func()) {
	SUBQ(U32(uint32(count)), n)
	JLT(LabelRef(label + "Done"))
	Label(label)
	block()
	for _, c := range cursors {
		ADDQ(U32(uint32(c.size*count)), c.Register)
	}
	SUBQ(U32(uint32(count)), n)
	JGE(LabelRef(label))
	Label(label + "Done")
	ADDQ(U32(uint32(count)), n)
}

// A pointer is a parameter; its elements are of the routine's kind, or Go's type other.
type pointer struct {
	name, other string
	size        int
}

// signature opens a function on k and loads its arguments: pointers, the count n, and scalars broadcast to vectors.
func signature(
	k kind, name string, pointers []pointer, scalars []string, result string,
) (cs []cursor, n reg.Register, ss []reg.VecVirtual) {
	text := "func("
	for i, p := range pointers {
		if p.other == "" {
			pointers[i] = pointer{p.name, k.name, k.size}
		}
		text += p.name + " *" + pointers[i].other + ", "
	}
	text += "n int"
	for _, s := range scalars {
		text += ", " + s + " " + k.name
	}
	called = append(called, calls{k, name, text[len("func("):], result, pointers, scalars})
	name += pick(k, "32", "64")
	if wide() {
		name += "AVX512"
	}
	TEXT(name, NOSPLIT, text+")"+result)
	Pragma("noescape")
	for _, p := range pointers {
		cs = append(cs, cursor{Load(Param(p.name), GP64()), p.size})
	}
	n = Load(Param("n"), GP64())
	for _, s := range scalars {
		ss = append(ss, broadcast(k, s))
	}
	return cs, n, ss
}

func broadcast(k kind, param string) reg.VecVirtual {
	a, err := Param(param).Resolve()
	if err != nil {
		panic(err)
	}
	v := vector()
	if k == f32 {
		VBROADCASTSS(a.Addr, v)
	} else {
		VBROADCASTSD(a.Addr, v)
	}
	return v
}

func named(names ...string) (ps []pointer) {
	for _, n := range names {
		ps = append(ps, pointer{name: n})
	}
	return ps
}

func end() {
	VZEROUPPER()
	RET()
}

// A body computes one vector of a result from vectors of the operands and from scalars. It may overwrite the operands.
type body func(k kind, in, scalars []reg.VecVirtual) reg.VecVirtual

// elementwise writes dst = f(operands, scalars).
func elementwise(k kind, name string, unroll int, operands, scalars []string, f body) {
	prepared(k, name, unroll, operands, scalars, func() body { return f })
}

// prepared is elementwise with a body that keeps constants in registers: prepare is called once, ahead of the loops.
func prepared(k kind, name string, unroll int, operands, scalars []string, prepare func() body) {
	cs, n, ss := signature(k, name, named(append([]string{"dst"}, operands...)...), scalars, "")
	if len(scalars) <= 3-len(operands) { // it is called by a switch instead
		called = called[:len(called)-1]
		written = append(written, routine{k, name, len(operands), len(scalars), wide()})
	}
	f := prepare()
	one := func(p place) {
		var in []reg.VecVirtual
		for _, c := range cs[1:] {
			in = append(in, p.load(c))
		}
		p.store(f(k, in, ss), cs[0])
	}
	vectorwise(k, n, unroll, cs, one)
}

// vectorwise applies one to all n elements, whole vectors first, and ends the routine.
func vectorwise(k kind, n reg.Register, unroll int, cs []cursor, one func(p place)) {
	blocks := func(label string, unroll int) {
		loop(label, n, unroll*k.lanes(), cs, func() {
			for at := range unroll {
				one(place{k: k, at: at})
			}
		})
	}
	if unroll > 1 {
		blocks("blocks", unroll)
	}
	blocks("vectors", 1)
	TESTQ(n, n)
	JEQ(LabelRef("end"))
	one(place{k: k, mask: masks(k, n)(0)})
	Label("end")
	end()
}

var x, xy = []string{"x"}, []string{"x", "y"}

func main() {
	ConstraintExpr("amd64")
	ConstraintExpr("!noasm")
	for _, width = range []int{64, 32} {
		for _, k := range []kind{f32, f64} {
			arithmetic(k)
			unaries(k)
			adam(k)
			norms(k)
			reductions(k)
		}
		elementary()
		slopes()
		gelus()
	}
	for _, k := range []kind{f32, f64} { // for AVX2 alone
		comparisons(k)
		choice(k)
	}
	Generate()
	if err := os.WriteFile("switch_amd64.go", switches(), 0o644); err != nil {
		panic(err)
	}
}
