//go:build amd64 && !noasm

package conv

import (
	"math"
	"unsafe"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
)

// linesAsm is linesGo, if there is assembly for it. The caller has checked bounds.
//
//go:noinline
func linesAsm[T gemm.Float](nr, rows int, s *slots, data []T, table []int32, w, dst []T, plane int, bias []T, relu, add bool) bool {
	wide := vectorBytes[T](nr)
	if wide == 0 {
		return false
	}
	none, apart := [1]T{T(math.Copysign(0, -1))}, 1 // with −0 nothing changes
	if bias == nil {
		bias, apart = none[:], 0
	}
	least := T(math.Inf(-1))
	if relu {
		least = 0
	}
	groups, n, first, t := ceilDiv(s.n, slotsAtOnce(rows, wide)), len(table), &s.all[0].from, unsafe.SliceData(table)
	switch {
	case wide == 32 && sizeof[T]() == 4:
		linesfloat32AVX2(rows, groups, n, ptr[float32](data), t, ptr[float32](w), first, ptr[float32](dst), plane, ptr[float32](bias), apart, float32(least), add)
	case wide == 64 && sizeof[T]() == 4:
		linesfloat32AVX512(rows, groups, n, ptr[float32](data), t, ptr[float32](w), first, ptr[float32](dst), plane, ptr[float32](bias), apart, float32(least), add)
	case wide == 32:
		linesfloat64AVX2(rows, groups, n, ptr[float64](data), t, ptr[float64](w), first, ptr[float64](dst), plane, ptr[float64](bias), apart, float64(least), add)
	default:
		linesfloat64AVX512(rows, groups, n, ptr[float64](data), t, ptr[float64](w), first, ptr[float64](dst), plane, ptr[float64](bias), apart, float64(least), add)
	}
	return true
}

// dotsAsm is dotsGo, if there is assembly for it.
//
//go:noinline
func dotsAsm[T gemm.Float](nr int, s *slots, data []T, table []int32, y, sums []T) bool {
	n, first, t := len(table), &s.all[0].from, unsafe.SliceData(table)
	switch wide := vectorBytes[T](nr); {
	case wide == 32 && sizeof[T]() == 4:
		dotsfloat32AVX2(n, s.n, ptr[float32](data), t, first, ptr[float32](y), ptr[float32](sums))
	case wide == 64 && sizeof[T]() == 4:
		dotsfloat32AVX512(n, s.n, ptr[float32](data), t, first, ptr[float32](y), ptr[float32](sums))
	case wide == 32:
		dotsfloat64AVX2(n, s.n, ptr[float64](data), t, first, ptr[float64](y), ptr[float64](sums))
	case wide == 64:
		dotsfloat64AVX512(n, s.n, ptr[float64](data), t, first, ptr[float64](y), ptr[float64](sums))
	default:
		return false
	}
	return true
}
