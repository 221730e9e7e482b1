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

// bits is a vector of one bit pattern.
func bits(k kind, u uint64) Mem {
	name := fmt.Sprintf("c%d_%0*x", 8*k.size, 2*k.size, u)
	m, ok := constants[name]
	if !ok {
		m = GLOBL(name, RODATA|NOPTR)
		for i := range k.lanes() {
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
func value(k kind, v float64) Mem {
	return bits(k, pick(k, uint64(math.Float32bits(float32(v))), math.Float64bits(v)))
}

func single(v float64) Mem { return value(f32, v) }

func signBit(k kind) Mem { return bits(k, pick(k, uint64(1)<<31, uint64(1)<<63)) }
func absMask(k kind) Mem { return bits(k, pick(k, uint64(1)<<31-1, uint64(1)<<63-1)) }

func loaded(m Mem) reg.VecVirtual {
	v := YMM()
	VMOVUPS(m, v)
	return v
}

func zero() reg.VecVirtual {
	z := YMM()
	VXORPS(z, z, z)
	return z
}
