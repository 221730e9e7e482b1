//go:build amd64 && !noasm

package conv

import (
	"math"
	"unsafe"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
	"github.com/kedja-ml/kedja/internal/kernel/gemm"
)

//go:generate go run ./internal/gen -out asm_amd64.s -stubs asm_amd64.go -pkg conv

// vectorBytes is the width of the vectors of which two make a row of nr elements; 0 stands for plain Go.
func vectorBytes[T gemm.Float](nr int) int {
	if !cpu.AVX2 {
		return 0
	}
	return nr / 2 * sizeof[T]()
}

func cast[To, From any](p *From) *To { return (*To)(unsafe.Pointer(p)) }

func ptr[To, From any](s []From) *To { return cast[To](unsafe.SliceData(s)) }

// The functions here are not inlined, so that their prologues let the garbage collector stop a loop of them.

// tileAsm is tileGo, if there is assembly for it. The caller has checked bounds.
//
//go:noinline
func tileAsm[T gemm.Float](nr, columns, n int, bases []int, data []T, table []int32, panel, c []T, add bool) bool {
	if len(table) == 0 {
		return false
	}
	shape, count := 16*n+len(bases), len(table)
	t, b := unsafe.SliceData(table), unsafe.SliceData(bases)
	wide, two := vectorBytes[T](nr), columns == nr
	switch {
	case wide == 32 && sizeof[T]() == 4 && two:
		tile2float32AVX2(shape, count, ptr[float32](data), t, b, ptr[float32](panel), ptr[float32](c), add)
	case wide == 32 && sizeof[T]() == 4:
		tile1float32AVX2(shape, count, ptr[float32](data), t, b, ptr[float32](panel), ptr[float32](c), add)
	case wide == 32 && two:
		tile2float64AVX2(shape, count, ptr[float64](data), t, b, ptr[float64](panel), ptr[float64](c), add)
	case wide == 32:
		tile1float64AVX2(shape, count, ptr[float64](data), t, b, ptr[float64](panel), ptr[float64](c), add)
	case wide == 64 && sizeof[T]() == 4 && two:
		tile2float32AVX512(shape, count, ptr[float32](data), t, b, ptr[float32](panel), ptr[float32](c), add)
	case wide == 64 && sizeof[T]() == 4:
		tile1float32AVX512(shape, count, ptr[float32](data), t, b, ptr[float32](panel), ptr[float32](c), add)
	case wide == 64 && two:
		tile2float64AVX512(shape, count, ptr[float64](data), t, b, ptr[float64](panel), ptr[float64](c), add)
	case wide == 64:
		tile1float64AVX512(shape, count, ptr[float64](data), t, b, ptr[float64](panel), ptr[float64](c), add)
	default:
		return false
	}
	return true
}

// unloadAsm is unloadGo, if there is assembly for it. Without a bias −0 is added, with which nothing changes.
//
//go:noinline
func unloadAsm[T gemm.Float](pixels, channels int, src []T, pitch int, dst []T, plane int, bias []T, relu bool) bool {
	if lanes := 32 / sizeof[T](); !cpu.AVX2 || pixels < lanes || channels < lanes {
		return false
	}
	none, apart := [1]T{T(math.Copysign(0, -1))}, 1
	if bias == nil {
		bias, apart = none[:], 0
	}
	least := T(math.Inf(-1))
	if relu {
		least = 0
	}
	if sizeof[T]() == 4 {
		unloadfloat32(pixels, channels, ptr[float32](src), pitch, ptr[float32](dst), plane, ptr[float32](bias), apart, float32(least))
	} else {
		unloadfloat64(pixels, channels, ptr[float64](src), pitch, ptr[float64](dst), plane, ptr[float64](bias), apart, float64(least))
	}
	return true
}

// prefetch asks for the lines at src[i·stride], for n rows.
//
//go:noinline
func prefetch[T gemm.Float](n int, src []T, stride int) {
	if n > 0 {
		prefetchLines(n, ptr[byte](src[:(n-1)*stride+1]), stride*sizeof[T]())
	}
}
