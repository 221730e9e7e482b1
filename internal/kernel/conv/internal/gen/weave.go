package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// one moves an element.
func (f flavour) one(from, to Op) { f.single(VMOVSS, VMOVSD, from, to) }

// A walk goes through the rows of planes: pointers, and how far they move from a row to the next and from a plane to the next.
type walk struct {
	at, plane  []reg.GPVirtual
	row, apart []Mem
}

// walking takes of each name a pointer, name+"plane" and name+"row", which are parameters.
func (f flavour) walking(names ...string) (w walk) {
	for _, name := range names {
		row, apart := address(name+"row"), address(name+"plane")
		f.scale(row)
		f.scale(apart)
		w.at, w.plane = append(w.at, GP64()), append(w.plane, load(name))
		w.row, w.apart = append(w.row, row), append(w.apart, apart)
	}
	return w
}

// loop is a loop over all rows.
func (w *walk) loop(label string, rows reg.GPVirtual, row func()) {
	left := GP64()
	Label(label + "plane")
	for i, at := range w.at {
		MOVQ(w.plane[i], at)
	}
	MOVQ(rows, left)
	Label(label + "row")
	row()
	for i, at := range w.at {
		ADDQ(w.row[i], at)
	}
	DECQ(left)
	JNE(LabelRef(label + "row"))
	for i, plane := range w.plane {
		ADDQ(w.apart[i], plane)
	}
	DECQ(address("planes"))
	JNE(LabelRef(label + "plane"))
	VZEROUPPER()
	RET()
}

// byVectors makes a loop over rows for each kind of length: rows of at least a vector, the last of which reaches back over what is done
// already, of half a vector, two of which overlap, and shorter ones. Elements are counted from the last one on, in bytes, in at. Some does
// so many elements that begin there.
func (f flavour) byVectors(w walk, some func(at reg.GPVirtual, lanes int)) {
	rows, n, at := load("rows"), load("n"), GP64()
	f.scale(n)
	lanes := f.wide / f.size
	for _, v := range []int{lanes, lanes / 2} {
		label := fmt.Sprint("by", v)
		bytes := uint64(v * f.size)
		CMPQ(n, Imm(bytes))
		JLT(LabelRef(label + "end"))
		SUBQ(Imm(bytes), n)
		w.loop(label, rows, func() {
			XORQ(at, at)
			if v < lanes {
				some(at, v)
			} else {
				JMP(LabelRef(label + "test"))
				Label(label + "whole")
				some(at, v)
				ADDQ(Imm(bytes), at)
				Label(label + "test")
				CMPQ(at, n)
				JLT(LabelRef(label + "whole"))
			}
			MOVQ(n, at)
			some(at, v)
		})
		Label(label + "end")
	}
	w.loop("single", rows, func() {
		XORQ(at, at)
		Label("element")
		some(at, 1)
		ADDQ(Imm(uint64(f.size)), at)
		CMPQ(at, n)
		JLT(LabelRef("element"))
	})
}

func (f flavour) params(names ...string) string {
	s := "planes int, rows int, n int"
	for _, name := range names {
		s += fmt.Sprintf(", %s *%s, %splane int, %srow int", name, f.elem, name, name)
	}
	return s
}

// lanes is a register of so many elements, more than one.
func (f flavour) vector(lanes int) reg.VecVirtual {
	if lanes*f.size == 32 {
		return YMM()
	}
	return XMM()
}

// rowsOf copies rows.
func rowsOf(f flavour) {
	begin("rows"+f.elem, "Copies n elements of each of the rows of planes of src to dst.", f.params("src", "dst"))
	w := f.walking("src", "dst")
	f.byVectors(w, func(at reg.GPVirtual, lanes int) {
		from, to := Mem{Base: w.at[0], Index: at, Scale: 1}, Mem{Base: w.at[1], Index: at, Scale: 1}
		if lanes == 1 {
			x := XMM()
			f.one(from, x)
			f.one(x, to)
			return
		}
		x := f.vector(lanes)
		f.move(from, x)
		f.move(x, to)
	})
}

// halve copies every other element of rows: no element behind the last one copied is read.
func halve(f flavour) {
	begin("halve"+f.elem, "Copies n elements, every other one, of each of the rows of planes of src to dst.", f.params("src", "dst"))
	w := f.walking("src", "dst")
	f.byVectors(w, func(at reg.GPVirtual, lanes int) {
		from, to := Mem{Base: w.at[0], Index: at, Scale: 2}, Mem{Base: w.at[1], Index: at, Scale: 1}
		if lanes == 1 {
			x := XMM()
			f.one(from, x)
			f.one(x, to)
			return
		}
		second := from
		second.Disp = (lanes - 1) * f.size // of which the odd elements
		if lanes*f.size == 16 && f.size == 8 {
			second.Disp = 2 * f.size
			x := XMM()
			VMOVSD(from, x)
			VMOVHPD(second, x, x)
			f.move(x, to)
			return
		}
		a, b := f.vector(lanes), f.vector(lanes)
		f.move(from, a)
		f.move(second, b)
		if f.size == 4 {
			VSHUFPS(Imm(0xd8), b, a, a)
		} else {
			VSHUFPD(Imm(0xa), b, a, a)
		}
		if lanes*f.size == 32 {
			VPERMPD(Imm(0xd8), a, a)
		}
		f.move(a, to)
	})
}

// weave is the reverse of halve, for both halves.
func weave(f flavour) {
	begin("weave"+f.elem, "Copies n elements of a and n of b in turns to dst, in each of the rows of planes.", f.params("a", "b", "dst"))
	w := f.walking("a", "b", "dst")
	f.byVectors(w, func(at reg.GPVirtual, lanes int) {
		a, b, to := Mem{Base: w.at[0], Index: at, Scale: 1}, Mem{Base: w.at[1], Index: at, Scale: 1}, Mem{Base: w.at[2], Index: at, Scale: 2}
		next := to
		next.Disp = lanes * f.size
		if lanes == 1 {
			x := XMM()
			f.one(a, x)
			f.one(x, to)
			f.one(b, x)
			f.one(x, next)
			return
		}
		p, q, lo, hi := f.vector(lanes), f.vector(lanes), f.vector(lanes), f.vector(lanes)
		f.move(a, p)
		f.move(b, q)
		f.single(VUNPCKLPS, VUNPCKLPD, q, p, lo)
		f.single(VUNPCKHPS, VUNPCKHPD, q, p, hi)
		if lanes*f.size == 32 {
			VPERM2F128(Imm(0x20), hi, lo, p)
			VPERM2F128(Imm(0x31), hi, lo, q)
			lo, hi = p, q
		}
		f.move(lo, to)
		f.move(hi, next)
	})
}
