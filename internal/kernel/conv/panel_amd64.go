//go:build amd64 && !noasm

package conv

import (
	"unsafe"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
	"github.com/kedja-ml/kedja/internal/kernel/gemm"
)

// panelAsm is packPanelGo, if there is assembly for it. It reads nr elements from where each run begins, and writes as
// many: the caller has checked that both are there.
//
//go:noinline
func panelAsm[T gemm.Float](nr int, data []T, offsets []int, runs []span, panel []T) bool {
	n, count := len(offsets), len(runs)-1
	o, r := unsafe.SliceData(offsets), &runs[0].column
	switch wide := vectorBytes[T](nr); {
	case wide == 32 && sizeof[T]() == 4:
		panelfloat32AVX2(n, ptr[float32](data), o, r, count, ptr[float32](panel))
	case wide == 64 && sizeof[T]() == 4:
		panelfloat32AVX512(n, ptr[float32](data), o, r, count, ptr[float32](panel))
	case wide == 32:
		panelfloat64AVX2(n, ptr[float64](data), o, r, count, ptr[float64](panel))
	case wide == 64:
		panelfloat64AVX512(n, ptr[float64](data), o, r, count, ptr[float64](panel))
	default:
		return false
	}
	return true
}

// finishAsm finishes the first columns of each row and returns how many.
//
//go:noinline
func finishAsm[T gemm.Float](nr, rows, columns int, c []T, ldc int, bias []T, relu bool) int {
	wide := vectorBytes[T](nr)
	if wide == 0 {
		return 0
	}
	lanes := wide / sizeof[T]()
	n := columns / lanes
	if n == 0 || rows == 0 {
		return 0
	}
	switch {
	case wide == 32 && sizeof[T]() == 4:
		finishfloat32AVX2(rows, n, ptr[float32](c), ldc, ptr[float32](bias), relu)
	case wide == 64 && sizeof[T]() == 4:
		finishfloat32AVX512(rows, n, ptr[float32](c), ldc, ptr[float32](bias), relu)
	case wide == 32:
		finishfloat64AVX2(rows, n, ptr[float64](c), ldc, ptr[float64](bias), relu)
	case wide == 64:
		finishfloat64AVX512(rows, n, ptr[float64](c), ldc, ptr[float64](bias), relu)
	}
	return n * lanes
}

// accumulateAsm is accumulateGo, if there is assembly for it.
//
//go:noinline
func accumulateAsm[T gemm.Float](rows, width int, src []T, stride int, dst []T, offsets []int) bool {
	if !cpu.AVX2 {
		return false
	}
	o := unsafe.SliceData(offsets)
	if sizeof[T]() == 4 {
		accumulatefloat32(rows, width, ptr[float32](src), stride, ptr[float32](dst), o)
	} else {
		accumulatefloat64(rows, width, ptr[float64](src), stride, ptr[float64](dst), o)
	}
	return true
}

// rowsAsm is copyRowsGo, if there is assembly for it.
//
//go:noinline
func rowsAsm[T gemm.Float](rows, n int, src []T, from int, dst []T, to int) bool {
	if !cpu.AVX2 {
		return false
	}
	if sizeof[T]() == 4 {
		rowsfloat32(rows, n, ptr[float32](src), from, ptr[float32](dst), to)
	} else {
		rowsfloat64(rows, n, ptr[float64](src), from, ptr[float64](dst), to)
	}
	return true
}

// halveAsm is halveGo, if there is assembly for it.
//
//go:noinline
func halveAsm[T gemm.Float](rows, n int, src []T, from int, dst []T, to int) bool {
	if !cpu.AVX2 {
		return false
	}
	if sizeof[T]() == 4 {
		halvefloat32(rows, n, ptr[float32](src), from, ptr[float32](dst), to)
	} else {
		halvefloat64(rows, n, ptr[float64](src), from, ptr[float64](dst), to)
	}
	return true
}

// weaveAsm is weaveGo, if there is assembly for it.
//
//go:noinline
func weaveAsm[T gemm.Float](rows, n int, a []T, nexta int, b []T, nextb int, dst []T, to int) bool {
	if !cpu.AVX2 {
		return false
	}
	if sizeof[T]() == 4 {
		weavefloat32(rows, n, ptr[float32](a), nexta, ptr[float32](b), nextb, ptr[float32](dst), to)
	} else {
		weavefloat64(rows, n, ptr[float64](a), nexta, ptr[float64](b), nextb, ptr[float64](dst), to)
	}
	return true
}
