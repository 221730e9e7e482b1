package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

const (
	maxRows = 6 // MR
	panel   = 2 // vectors of a tile's row, which is a panel of B wide
	paired  = 4 // of a row over two panels of B
	wide    = 8 // vectors of a single row
	unroll  = 4 // steps of k
)

// A side is an operand of which each step of k reads a row, stride bytes after the one before.
type side struct {
	base, stride, stride3 reg.GPVirtual
}

func newSide(f flavour, base, stride string) side {
	s := side{Load(Param(base), GP64()).(reg.GPVirtual), Load(Param(stride), GP64()).(reg.GPVirtual), GP64()}
	f.scale(s.stride)
	LEAQ(Mem{Base: s.stride, Index: s.stride, Scale: 2}, s.stride3)
	return s
}

// row is where the u-th row from the base begins, 0 ≤ u < unroll.
func (s side) row(u int) Mem {
	switch u {
	case 0:
		return Mem{Base: s.base}
	case 3:
		return Mem{Base: s.base, Index: s.stride3, Scale: 1}
	}
	return Mem{Base: s.base, Index: s.stride, Scale: uint8(u)}
}

func (s side) advance(rows int) {
	if rows == 1 {
		ADDQ(s.stride, s.base)
		return
	}
	LEAQ(Mem{Base: s.base, Index: s.stride, Scale: uint8(rows)}, s.base)
}

// tile writes C[rows × vectors] = act(A·B (+ C) + bias). A is read by rows, at a[i*lda+k], or by columns, at
// a[k*lda+i]; the latter serves packed panels and transposed matrices in place. Strides count elements. A paired tile reads its
// upper two vectors of a row of B from a panel of its own, next elements behind the first; for each 4 steps of k it fetches a cache line
// of what is read later, ldb elements behind the one before. An edge has so many columns of its last panel; others are neither read nor written.
func tile(f flavour, rows, vectors int, byRow, edge bool) {
	kind, order := "Col", "columns"
	if byRow {
		kind, order = "Row", "rows"
	}
	p, next, name, doc, cols := "*"+f.elem, "", "tile", "C has", ""
	if vectors == paired {
		next = "next int, "
		if !edge {
			next += "ahead " + p + ", "
		}
	}
	if edge {
		name, doc, cols = "edge", "C has at most", "cols int, "
	}
	begin(fmt.Sprintf("%s%s%dx%d%s", name, kind, rows, vectors, f.name()),
		fmt.Sprintf("%s %d × %d vectors; A is read by %s.", doc, rows, vectors, order),
		fmt.Sprintf("k int, a %s, lda int, b %s, ldb int, %sc %s, ldc int, %sflags int, bias %s", p, p, next, p, cols, p))
	mask := make([]reg.OpmaskVirtual, vectors)
	if edge {
		f.masks(mask[vectors-panel:])
	}
	k := Load(Param("k"), GP64())
	b := newSide(f, "b", "ldb")
	var upper, ahead reg.GPVirtual // the other panel of B, and what is to be read after these two
	if vectors == paired {
		if !edge {
			ahead = Load(Param("ahead"), GP64()).(reg.GPVirtual)
		}
		upper = Load(Param("next"), GP64()).(reg.GPVirtual)
		f.scale(upper)
		ADDQ(b.base, upper)
	}

	var a side
	var below reg.GPVirtual // row 3 of A, when read by rows
	if byRow {
		a.base = Load(Param("a"), GP64()).(reg.GPVirtual)
		if rows > 1 {
			a.stride = Load(Param("lda"), GP64()).(reg.GPVirtual)
			f.scale(a.stride)
		}
		if rows > 3 {
			below = GP64()
			LEAQ(Mem{Base: a.base, Index: a.stride, Scale: 2}, below)
			ADDQ(a.stride, below)
		}
	} else {
		a = newSide(f, "a", "lda")
	}
	element := func(i, u int) Mem {
		if !byRow {
			m := a.row(u)
			m.Disp = i * f.size
			return m
		}
		m := Mem{Base: a.base}
		if i >= 3 {
			m.Base, i = below, i-3
		}
		if i > 0 {
			m.Index, m.Scale = a.stride, uint8(i)
		}
		m.Disp = u * f.size
		return m
	}

	eachRowOfC(f, rows, func(_ int, c Mem) {
		PREFETCHT0(c)
		for line := 64; line < vectors*f.wide; line += 64 {
			c.Disp = line
			PREFETCHT0(c)
		}
		c.Disp = vectors*f.wide - 1
		PREFETCHT0(c)
	})
	sum := make([][]reg.VecVirtual, rows)
	for i := range sum {
		for range vectors {
			x := f.vec()
			f.zero(x)
			sum[i] = append(sum[i], x)
		}
	}
	step := func(u int) {
		y := make([]Op, vectors)
		for v := range y {
			m := b.row(u)
			if vectors == paired && v >= vectors/2 {
				m.Base = upper
				y[v] = f.at(m, v-vectors/2)
			} else {
				y[v] = f.at(m, v)
			}
			if rows > 1 || edge {
				y[v] = f.load(y[v], mask[v])
			}
		}
		for i := range sum {
			x := f.vec()
			f.broadcast(element(i, u), x)
			for v := range y {
				f.fma(y[v], x, sum[i][v])
			}
		}
	}
	advance := func(n int) {
		b.advance(n)
		if vectors == paired {
			o := b
			o.base = upper
			o.advance(n)
		}
		if !byRow {
			a.advance(n)
			return
		}
		ADDQ(Imm(uint64(n*f.size)), a.base)
		if rows > 3 {
			ADDQ(Imm(uint64(n*f.size)), below)
		}
	}

	SUBQ(Imm(unroll), k)
	JLT(LabelRef("rest"))
	Label("loop")
	for u := range unroll {
		step(u)
	}
	if vectors == paired && !edge {
		PREFETCHT1(Mem{Base: ahead})
		ADDQ(b.stride, ahead)
	}
	advance(unroll)
	SUBQ(Imm(unroll), k)
	JGE(LabelRef("loop"))
	Label("rest")
	ADDQ(Imm(unroll), k)
	JE(LabelRef("summed"))
	Label("single")
	step(0)
	advance(1)
	DECQ(k)
	JNE(LabelRef("single"))
	Label("summed")
	epilogue(f, sum, mask)
	eachRowOfC(f, rows, func(i int, c Mem) {
		for v := range sum[i] {
			f.store(sum[i][v], mask[v], f.at(c, v))
		}
	})
	VZEROUPPER()
	RET()
}

// epilogue adds C, adds the bias and applies the activation, as the flags say (tile_go.go has their values).
func epilogue(f flavour, sum [][]reg.VecVirtual, mask []reg.OpmaskVirtual) {
	flags := Load(Param("flags"), GP64())
	TESTQ(U32(1), flags)
	JZ(LabelRef("fresh"))
	eachRowOfC(f, len(sum), func(i int, c Mem) {
		for v := range sum[i] {
			m := Op(f.at(c, v))
			if mask[v] != nil {
				m = f.load(m, mask[v])
			}
			f.add(m, sum[i][v])
		}
	})
	Label("fresh")
	bias := Load(Param("bias"), GP64())
	TESTQ(bias, bias)
	JZ(LabelRef("unbiased"))
	for v := range sum[0] {
		x := f.load(f.at(Mem{Base: bias}, v), mask[v])
		for i := range sum {
			f.add(x, sum[i][v])
		}
	}
	Label("unbiased")
	TESTQ(U32(2), flags)
	JZ(LabelRef("store"))
	zero := f.vec()
	f.zero(zero)
	for i := range sum {
		for v := range sum[i] {
			f.relu(zero, sum[i][v])
		}
	}
	Label("store")
}

func eachRowOfC(f flavour, rows int, do func(i int, c Mem)) {
	c := Load(Param("c"), GP64())
	ldc := Load(Param("ldc"), GP64())
	f.scale(ldc)
	for i := range rows {
		do(i, Mem{Base: c})
		if i+1 < rows {
			ADDQ(ldc, c)
		}
	}
}

// peak is as many independent multiply-adds as a tile has, n times, without touching memory.
func peak(f flavour) {
	begin("peak"+f.name(), "Runs 24·n vector multiply-adds.", "n int")
	n := Load(Param("n"), GP64())
	var sum [maxRows * panel]reg.VecVirtual
	for i := range sum {
		sum[i] = f.vec()
		f.zero(sum[i])
	}
	x, y := f.vec(), f.vec()
	f.zero(x)
	f.zero(y)
	Label("loop")
	for range 2 {
		for i := range sum {
			f.fma(x, y, sum[i])
		}
	}
	DECQ(n)
	JNE(LabelRef("loop"))
	VZEROUPPER()
	RET()
}
