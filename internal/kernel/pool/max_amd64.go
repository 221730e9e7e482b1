//go:build amd64 && !noasm

package pool

import (
	"unsafe"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
)

//go:generate go run ./internal/gen -out asm_amd64.s -stubs asm_amd64.go -pkg pool

func ptr[To, From any](s []From) *To { return (*To)(unsafe.Pointer(unsafe.SliceData(s))) }

func double[T Float]() bool {
	var x T
	return unsafe.Sizeof(x) == 8
}

// The functions here are not inlined, so that their prologues let the garbage collector stop a loop of them.

// raiseAsm is raiseGo for as many elements as there is assembly for; it returns their number.
//
//go:noinline
func raiseAsm[T Float](best []T, index []int32, x []T, step, from int) int {
	n := min(len(best), len(x)/step)
	if !cpu.AVX2 || step > 2 || n < lanes {
		return 0
	}
	if double[T]() {
		raisefloat64(n, ptr[float64](best), unsafe.SliceData(index), ptr[float64](x), step, from)
	} else {
		raisefloat32(n, ptr[float32](best), unsafe.SliceData(index), ptr[float32](x), step, from)
	}
	return n
}

// halveAsm is halveGo, if there is assembly for it.
//
//go:noinline
func halveAsm[T Float](y []T, index []int32, a, b []T, from, pitch int) bool {
	if !cpu.AVX2 || len(y) < lanes {
		return false
	}
	if double[T]() {
		halvefloat64(len(y), ptr[float64](y), unsafe.SliceData(index), ptr[float64](a), ptr[float64](b), from, pitch)
	} else {
		halvefloat32(len(y), ptr[float32](y), unsafe.SliceData(index), ptr[float32](a), ptr[float32](b), from, pitch)
	}
	return true
}
