package main

import (
	"fmt"
	"math"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	"github.com/mmcloughlin/avo/reg"
)

// constants in memory, one vector each.
var constants = map[string]Mem{}

// bits is a vector of one bit pattern: in memory, or for AVX-512, whose vectors in memory would cross cache lines, in a register.
func bits(k kind, u uint64) Op {
	m := pattern(k, u)
	if !wide() {
		return m
	}
	v := ZMM()
	pick(k, func(a, b Op) { VBROADCASTSS(a, b) }, func(a, b Op) { VBROADCASTSD(a, b) })(m, v)
	return v
}

// pattern is 32 bytes of memory that repeat a bit pattern.
func pattern(k kind, u uint64) Mem {
	name := fmt.Sprintf("c%d_%0*x", 8*k.size, 2*k.size, u)
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i := range 32 / k.size {
			if k == f32 {
				DATA(4*i, U32(uint32(u)))
			} else {
				DATA(8*i, U64(u))
			}
		}
		constants[name] = m
	}
	return m
}

// numbers is 0, 1, 2 and so on, as integers of k's size, for as many vectors as a reduction has.
func numbers(k kind) Mem {
	name := fmt.Sprint("numbers", 8*k.size)
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i := range vectors * k.lanes() {
			if k == f32 {
				DATA(4*i, U32(uint32(i)))
			} else {
				DATA(8*i, U64(uint64(i)))
			}
		}
		constants[name] = m
	}
	return m
}

// value is a vector of one number.
func value(k kind, v float64) Op {
	return bits(k, pick(k, uint64(math.Float32bits(float32(v))), math.Float64bits(v)))
}

func single(v float64) Op { return value(f32, v) }

func signBit(k kind) Op { return bits(k, pick(k, uint64(1)<<31, uint64(1)<<63)) }
func absMask(k kind) Op { return bits(k, pick(k, uint64(1)<<31-1, uint64(1)<<63-1)) }

// loaded is a constant in a register of its own.
func loaded(c Op) reg.VecVirtual {
	if v, ok := c.(reg.VecVirtual); ok {
		return v // by bits
	}
	v := vector()
	VMOVUPS(c, v)
	return v
}

func zero() reg.VecVirtual {
	z := vector()
	VXORPS(z, z, z)
	return z
}
