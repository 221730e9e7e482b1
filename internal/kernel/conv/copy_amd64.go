//go:build amd64 && !noasm

package conv

import (
	"github.com/kedja-ml/kedja/internal/kernel/cpu"
	"github.com/kedja-ml/kedja/internal/kernel/gemm"
)

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
func accumulateAsm[T gemm.Float](src, dst []T) bool {
	if !cpu.AVX2 || len(dst) == 0 {
		return false
	}
	if sizeof[T]() == 4 {
		accumulatefloat32(len(dst), ptr[float32](src), ptr[float32](dst))
	} else {
		accumulatefloat64(len(dst), ptr[float64](src), ptr[float64](dst))
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
