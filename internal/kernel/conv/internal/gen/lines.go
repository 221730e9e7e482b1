package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// A slot of the package: from, to, lanes, and these as bits.
const slotBytes = 16

// slots is how many slots a tile of lines has: sums, and what they are made of, fill the registers. The package has the same rule.
func (f flavour) slots(rows int) int {
	if f.wide == 64 {
		return []int{8, 8, 8, 6}[rows-1]
	}
	return []int{8, 6, 4, 3}[rows-1]
}

// lanes is a window of which the first elements, all or none, are ones: 32 bytes of ones, as many zeros.
func lanes() Mem {
	m := GLOBL("lanes", 24) // read only, without pointers
	for i := range 16 {
		DATA(4*i, U32(map[bool]uint32{true: 0xffffffff}[i < 8]))
	}
	return m
}

// some loads or stores the lanes of a slot. A 256-bit mask is made in the vector mask.
func (f flavour) some(slot Mem, window reg.GPVirtual, move func(mask reg.Register)) {
	if f.wide == 64 {
		slot.Disp += 12
		k := K()
		KMOVW(slot, k)
		move(k)
		return
	}
	at, mask := GP64(), YMM()
	slot.Disp += 8
	MOVLQSX(slot, at)
	f.scale(at)
	NEGQ(at)
	VMOVDQU(Mem{Base: window, Index: at, Scale: 1, Disp: 32}, mask)
	move(mask)
}

// three is single for instructions that always take a mask.
func (f flavour) three(yes, no func(_, _, _ Op), from, mask, to Op) {
	if f.size == 4 {
		yes(from, mask, to)
		return
	}
	no(from, mask, to)
}

func (f flavour) loadSome(slot, from Mem, window reg.GPVirtual, to reg.VecVirtual) {
	f.some(slot, window, func(mask reg.Register) {
		if f.wide == 64 {
			f.three(VMOVUPS_Z, VMOVUPD_Z, from, mask, to)
			return
		}
		f.three(VMASKMOVPS, VMASKMOVPD, from, mask, to)
	})
}

func (f flavour) storeSome(slot Mem, window reg.GPVirtual, from reg.VecVirtual, to Mem) {
	f.some(slot, window, func(mask reg.Register) {
		if f.wide == 64 {
			f.single(VMOVUPS, VMOVUPD, from, mask, to)
			return
		}
		f.three(VMASKMOVPS, VMASKMOVPD, from, mask, to)
	})
}

// lines writes, for each slot of a number of groups of them, act(Σ over k of w[k·rows + r]·data[from + table[k] + lane] + bias[r]) to
// dst[r·plane + to + lane], or adds to that first.
func (f flavour) lines(window Mem) {
	p := "*" + f.elem
	begin("lines"+f.name(), "Has a loop for each number of rows up to 4, and groups of 8, 8, 8 and 6 slots, or, for AVX2, 8, 6, 4 and 3. A bias is bias[r·apart].",
		fmt.Sprintf("rows int, groups int, count int, data %s, table *int32, w %s, slots *int32, dst %s, plane int, bias %s, apart int, least %s, add bool",
			p, p, p, p, f.elem))
	const most = 4
	n := load("rows")
	for rows := 1; rows <= most; rows++ {
		CMPQ(n, Imm(uint64(rows)))
		JEQ(LabelRef(fmt.Sprint("rows", rows)))
	}
	RET()
	for rows := 1; rows <= most; rows++ {
		label := fmt.Sprint("rows", rows)
		Label(label)
		slots := load("slots")
		Label(label + "group")
		f.finish(f.sums(rows, slots, label), rows, slots, window, label)
		ADDQ(U32(uint32(f.slots(rows)*slotBytes)), slots)
		DECQ(address("groups"))
		JNE(LabelRef(label + "group"))
		VZEROUPPER()
		RET()
	}
}

// sums are those of one group.
func (f flavour) sums(rows int, slots reg.GPVirtual, label string) []reg.VecVirtual {
	n := f.slots(rows)
	base := make([]reg.GPVirtual, n)
	data := load("data")
	for q := range base {
		base[q] = GP64()
		MOVLQSX(Mem{Base: slots, Disp: q * slotBytes}, base[q])
		LEAQ(Mem{Base: data, Index: base[q], Scale: uint8(f.size)}, base[q])
	}
	sums := make([]reg.VecVirtual, rows*n)
	for i := range sums {
		sums[i] = f.vec()
		f.zero(sums[i])
	}
	table, w, count, at := load("table"), load("w"), load("count"), GP64()
	Label(label + "pair")
	MOVLQSX(Mem{Base: table}, at)
	ADDQ(Imm(4), table)
	x := func(q int) Mem { return Mem{Base: base[q], Index: at, Scale: uint8(f.size)} }
	weight := func(r int) reg.VecVirtual {
		b := f.vec()
		f.broadcast(Mem{Base: w, Disp: r * f.size}, b)
		return b
	}
	switch {
	case rows == 1:
		b := weight(0)
		for q := range n {
			f.fma(x(q), b, sums[q])
		}
	case rows <= n:
		b := make([]reg.VecVirtual, rows)
		for r := range b {
			b[r] = weight(r)
		}
		for q := range n {
			v := f.vec()
			f.move(x(q), v)
			for r := range rows {
				f.fma(v, b[r], sums[r*n+q])
			}
		}
	default:
		v := make([]reg.VecVirtual, n)
		for q := range v {
			v[q] = f.vec()
			f.move(x(q), v[q])
		}
		for r := range rows {
			b := weight(r)
			for q := range n {
				f.fma(v[q], b, sums[r*n+q])
			}
		}
	}
	ADDQ(Imm(uint64(rows*f.size)), w)
	DECQ(count)
	JNE(LabelRef(label + "pair"))
	return sums
}

// finish stores the sums of a group.
func (f flavour) finish(sums []reg.VecVirtual, rows int, slots reg.GPVirtual, window Mem, label string) {
	n := f.slots(rows)
	floor := f.vec()
	f.broadcast(address("least"), floor)
	dst, plane, bias, apart, lanes := load("dst"), load("plane"), load("bias"), load("apart"), GP64()
	f.scale(plane)
	f.scale(apart)
	if f.wide == 32 {
		LEAQ(window, lanes)
	}
	for r := range rows {
		b := f.vec()
		f.broadcast(Mem{Base: bias}, b)
		for q := range n {
			label := fmt.Sprintf("%sr%dq%d", label, r, q)
			slot, to := Mem{Base: slots, Disp: q * slotBytes}, GP64()
			MOVLQSX(Mem{Base: slots, Disp: q*slotBytes + 4}, to)
			put, sum := Mem{Base: dst, Index: to, Scale: uint8(f.size)}, sums[r*n+q]
			add := GP32()
			Load(Param("add"), add)
			TESTL(add, add)
			JZ(LabelRef(label))
			old := f.vec()
			f.loadSome(slot, put, lanes, old)
			f.add(old, sum, sum)
			Label(label)
			f.add(b, sum, sum)
			f.single(VMAXPS, VMAXPD, sum, floor, sum)
			if f.wide == 32 { // masked stores are slow on some machines
				CMPL(Mem{Base: slots, Disp: q*slotBytes + 8}, U32(uint32(f.wide/f.size)))
				JNE(LabelRef(label + "some"))
				f.move(sum, put)
				JMP(LabelRef(label + "done"))
				Label(label + "some")
			}
			f.storeSome(slot, lanes, sum, put)
			Label(label + "done")
		}
		ADDQ(plane, dst)
		ADDQ(apart, bias)
	}
}

// dots adds to each of up to 9 sums, a vector each, the products of y at the slots by data at a distance of their own.
func (f flavour) dots(window Mem) {
	const most = 9
	p := "*" + f.elem
	begin("dots"+f.name(), "Adds the sum over slots of y[to + lane]·data[from + table[t] + lane] to sums[t], a vector, for each of n taps.",
		fmt.Sprintf("n int, count int, data %s, table *int32, slots *int32, y %s, sums %s", p, p, p))
	n := load("n")
	for taps := 1; taps <= most; taps++ {
		CMPQ(n, Imm(uint64(taps)))
		JEQ(LabelRef(fmt.Sprint("taps", taps)))
	}
	RET()
	for taps := 1; taps <= most; taps++ {
		label := fmt.Sprint("taps", taps)
		Label(label)
		data, table := load("data"), load("table")
		x, sums := make([]reg.GPVirtual, taps), make([]reg.VecVirtual, taps)
		for t := range x {
			x[t] = GP64()
			MOVLQSX(Mem{Base: table, Disp: 4 * t}, x[t])
			LEAQ(Mem{Base: data, Index: x[t], Scale: uint8(f.size)}, x[t])
		}
		each := func(do func(sum reg.VecVirtual, m Mem)) {
			to := load("sums")
			for t := range taps {
				sums[t] = f.sum(sums[t])
				do(sums[t], Mem{Base: to, Disp: t * f.wide})
			}
		}
		each(func(sum reg.VecVirtual, m Mem) { f.move(m, sum) })
		slots, y, count, lanes := load("slots"), load("y"), load("count"), GP64()
		if f.wide == 32 {
			LEAQ(window, lanes)
		}
		Label(label + "slot")
		at, v := GP64(), f.vec()
		MOVLQSX(Mem{Base: slots, Disp: 4}, at)
		f.loadSome(Mem{Base: slots}, Mem{Base: y, Index: at, Scale: uint8(f.size)}, lanes, v)
		MOVLQSX(Mem{Base: slots}, at)
		for t := range taps {
			f.fma(Mem{Base: x[t], Index: at, Scale: uint8(f.size)}, v, sums[t])
		}
		ADDQ(Imm(slotBytes), slots)
		DECQ(count)
		JNE(LabelRef(label + "slot"))
		each(func(sum reg.VecVirtual, m Mem) { f.move(sum, m) })
		VZEROUPPER()
		RET()
	}
}

func (f flavour) sum(v reg.VecVirtual) reg.VecVirtual {
	if v == nil {
		return f.vec()
	}
	return v
}
