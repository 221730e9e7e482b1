package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// most is how many segments of n rows a tile has at most: sums and what they are made of fill the registers, bases the
// general ones. The package has the same rule.
func (f flavour) most(n, vectors int) int {
	rows := 12 / vectors
	if f.wide == 64 {
		rows = 28 / vectors
	}
	return min(rows/n, 10)
}

// tiles writes C[segments·n rows × vectors] = Σ over k of data[bases[s] + table[k] + j]·panel[k], row s·n + j, or adds to C.
// One function has a loop for each shape, 16·n + segments.
func tiles(f flavour, vectors int) {
	p := "*" + f.elem
	begin(fmt.Sprintf("tile%d%s", vectors, f.name()), fmt.Sprintf("Rows of C have %d vectors. Shapes are 16·n + segments.", vectors),
		fmt.Sprintf("shape int, count int, data %s, table *int32, bases *int, panel %s, c %s, add bool", p, p, p))
	var shapes []int
	for n := 1; f.most(n, vectors) > 0; n++ {
		for segments := range f.most(n, vectors) {
			shapes = append(shapes, 16*n+segments+1)
		}
	}
	choose(load("shape"), shapes)
	for _, shape := range shapes {
		label := fmt.Sprint("shape", shape)
		Label(label)
		f.tile(shape/16, shape%16, vectors, label)
	}
}

// choose jumps to the label of a shape, which is one of some in ascending order.
func choose(shape reg.GPVirtual, shapes []int) {
	if len(shapes) == 1 {
		JMP(LabelRef(fmt.Sprint("shape", shapes[0])))
		return
	}
	middle := len(shapes) / 2
	above := fmt.Sprint("from", shapes[middle])
	CMPQ(shape, U32(uint32(shapes[middle])))
	JGE(LabelRef(above))
	choose(shape, shapes[:middle])
	Label(above)
	choose(shape, shapes[middle:])
}

func (f flavour) tile(n, segments, vectors int, label string) {
	data, bases := load("data"), load("bases")
	base := make([]reg.GPVirtual, segments)
	for s := range base {
		base[s] = GP64()
		MOVQ(Mem{Base: bases, Disp: 8 * s}, base[s])
		LEAQ(Mem{Base: data, Index: base[s], Scale: uint8(f.size)}, base[s])
	}
	sums := make([]reg.VecVirtual, segments*n*vectors)
	for i := range sums {
		sums[i] = f.vec()
		f.zero(sums[i])
	}
	eachOfC := func(do func(sum reg.VecVirtual, c Mem)) {
		c := load("c")
		for i, sum := range sums {
			do(sum, Mem{Base: c, Disp: i * f.wide})
		}
	}
	add := GP32()
	Load(Param("add"), add)
	TESTL(add, add)
	JZ(LabelRef(label + "begin"))
	eachOfC(func(sum reg.VecVirtual, c Mem) { f.move(c, sum) })
	Label(label + "begin")
	table, panel, count, at := load("table"), load("panel"), load("count"), GP64()
	Label(label + "loop")
	MOVLQSX(Mem{Base: table}, at)
	ADDQ(Imm(4), table)
	y := make([]reg.VecVirtual, vectors)
	for v := range y {
		y[v] = f.vec()
		f.move(Mem{Base: panel, Disp: v * f.wide}, y[v])
	}
	ADDQ(U32(uint32(vectors*f.wide)), panel)
	for s, from := range base {
		x := Mem{Base: from, Index: at, Scale: uint8(f.size)}
		if n > 2 && vectors == 1 && f.wide == 64 { // with an index, an instruction that reads and multiplies would be two
			first := GP64()
			LEAQ(x, first)
			x = Mem{Base: first}
		}
		for i := range n {
			f.multiply(x, y, sums[(s*n+i)*vectors:])
			x.Disp += f.size
		}
	}
	DECQ(count)
	JNE(LabelRef(label + "loop"))
	eachOfC(func(sum reg.VecVirtual, c Mem) { f.move(sum, c) })
	VZEROUPPER()
	RET()
}

// multiply adds an element's products with the vectors y to sums. A single one reads it by itself, as that takes fewer instructions.
func (f flavour) multiply(x Mem, y, sums []reg.VecVirtual) {
	if len(y) == 1 && f.wide == 64 {
		f.single(VFMADD231PS_BCST, VFMADD231PD_BCST, x, y[0], sums[0])
		return
	}
	b := f.vec()
	f.broadcast(x, b)
	for v := range y {
		f.fma(y[v], b, sums[v])
	}
}

// unload writes blocks of pixels and channels with their sides exchanged, and finishes them: 8×8 floats, or 4×4 doubles. A last
// block of either reaches back over what is done already. A channel's bias is bias[0], or, apart elements on, that of the next; what
// is less than least becomes least, but NaN stays.
func unload(f flavour) {
	begin("unload"+f.elem, "Writes pixels × channels of src, rows of pitch elements, to rows of dst, plane elements apart, one a channel.",
		fmt.Sprintf("pixels int, channels int, src *%s, pitch int, dst *%s, plane int, bias *%s, apart int, least %s", f.elem, f.elem, f.elem, f.elem))
	lanes := f.wide / f.size
	pitch, plane, apart := load("pitch"), load("plane"), load("apart")
	f.scale(pitch)
	f.scale(plane)
	f.scale(apart)
	floor := YMM()
	f.broadcast(address("least"), floor)
	ch, px, src, dst, bias := GP64(), GP64(), GP64(), GP64(), GP64()
	pitch3, plane3, apart3 := GP64(), GP64(), GP64()
	LEAQ(Mem{Base: pitch, Index: pitch, Scale: 2}, pitch3)
	LEAQ(Mem{Base: plane, Index: plane, Scale: 2}, plane3)
	LEAQ(Mem{Base: apart, Index: apart, Scale: 2}, apart3)
	rows := func(low, high reg.GPVirtual, stride, stride3 reg.GPVirtual) (m []Mem) {
		for _, base := range []reg.GPVirtual{low, high} {
			m = append(m, Mem{Base: base}, Mem{Base: base, Index: stride, Scale: 1}, Mem{Base: base, Index: stride, Scale: 2}, Mem{Base: base, Index: stride3, Scale: 1})
		}
		return m[:lanes]
	}
	XORQ(ch, ch)
	Label("channels")
	XORQ(px, px)
	Label("pixels")
	Load(Param("src"), src)
	Load(Param("dst"), dst)
	Load(Param("bias"), bias)
	at := GP64()
	MOVQ(px, at)
	IMULQ(pitch, at)
	ADDQ(at, src)
	LEAQ(Mem{Base: src, Index: ch, Scale: uint8(f.size)}, src)
	MOVQ(ch, at)
	IMULQ(plane, at)
	ADDQ(at, dst)
	LEAQ(Mem{Base: dst, Index: px, Scale: uint8(f.size)}, dst)
	MOVQ(ch, at)
	IMULQ(apart, at)
	ADDQ(at, bias)
	high := GP64()
	LEAQ(Mem{Base: src, Index: pitch, Scale: 4}, high)
	out := f.exchanged(rows(src, high, pitch, pitch3))
	high = GP64()
	LEAQ(Mem{Base: dst, Index: plane, Scale: 4}, high)
	to := rows(dst, high, plane, plane3)
	high = GP64()
	LEAQ(Mem{Base: bias, Index: apart, Scale: 4}, high)
	of := rows(bias, high, apart, apart3)
	for i, x := range out {
		b := YMM()
		f.broadcast(of[i], b)
		f.add(b, x, x)
		f.single(VMAXPS, VMAXPD, x, floor, x)
		f.move(x, to[i])
	}
	next := func(i reg.GPVirtual, size, label string) {
		n := load(size)
		ADDQ(Imm(uint64(lanes)), i)
		CMPQ(i, n)
		JGE(LabelRef(label + "done"))
		SUBQ(Imm(uint64(lanes)), n)
		CMPQ(i, n)
		CMOVQGT(n, i)
		JMP(LabelRef(label))
		Label(label + "done")
	}
	next(px, "pixels", "pixels")
	next(ch, "channels", "channels")
	VZEROUPPER()
	RET()
}

// prefetch asks for lines that will be written or read soon.
func prefetch() {
	begin("prefetchLines", "Prefetches the line of p and those of n-1 addresses behind it, apart bytes from each to the next.", "n int, p *byte, apart int")
	n, p, apart := load("n"), load("p"), load("apart")
	Label("loop")
	PREFETCHT0(Mem{Base: p})
	ADDQ(apart, p)
	DECQ(n)
	JNE(LabelRef("loop"))
	RET()
}

// exchanged loads a block by halves of vectors, so that no lane need be crossed.
func (f flavour) exchanged(row []Mem) []reg.VecVirtual {
	half := len(row) / 2
	load := func(i, disp int) reg.VecVirtual {
		x, lo, hi := YMM(), row[i], row[i+half]
		lo.Disp, hi.Disp = disp, disp
		f.move(lo, x.AsX())
		VINSERTF128(Imm(1), hi, x, x)
		return x
	}
	var out []reg.VecVirtual
	if f.size == 8 {
		for disp := 0; disp < 32; disp += 16 {
			a, b, lo, hi := load(0, disp), load(1, disp), YMM(), YMM()
			VUNPCKLPD(b, a, lo)
			VUNPCKHPD(b, a, hi)
			out = append(out, lo, hi)
		}
		return out
	}
	for disp := 0; disp < 32; disp += 16 {
		var r [4]reg.VecVirtual
		for i := range r {
			r[i] = load(i, disp)
		}
		ab, cd := [2]reg.VecVirtual{YMM(), YMM()}, [2]reg.VecVirtual{YMM(), YMM()}
		VUNPCKLPS(r[1], r[0], ab[0])
		VUNPCKHPS(r[1], r[0], ab[1])
		VUNPCKLPS(r[3], r[2], cd[0])
		VUNPCKHPS(r[3], r[2], cd[1])
		for h := range 2 {
			lo, hi := YMM(), YMM()
			VSHUFPS(Imm(0x44), cd[h], ab[h], lo)
			VSHUFPS(Imm(0xee), cd[h], ab[h], hi)
			out = append(out, lo, hi)
		}
	}
	return out
}
