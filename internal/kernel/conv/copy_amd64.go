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
func rowsAsm[T gemm.Float](planes, rows, n int, src, dst stack[T]) bool {
	if !cpu.AVX2 {
		return false
	}
	if sizeof[T]() == 4 {
		rowsfloat32(planes, rows, n, ptr[float32](src.data), int(src.plane), int(src.row), ptr[float32](dst.data), int(dst.plane), int(dst.row))
	} else {
		rowsfloat64(planes, rows, n, ptr[float64](src.data), int(src.plane), int(src.row), ptr[float64](dst.data), int(dst.plane), int(dst.row))
	}
	return true
}

// halveAsm is halveGo, if there is assembly for it.
//
//go:noinline
func halveAsm[T gemm.Float](planes, rows, n int, src, dst stack[T]) bool {
	if !cpu.AVX2 {
		return false
	}
	if sizeof[T]() == 4 {
		halvefloat32(planes, rows, n, ptr[float32](src.data), int(src.plane), int(src.row), ptr[float32](dst.data), int(dst.plane), int(dst.row))
	} else {
		halvefloat64(planes, rows, n, ptr[float64](src.data), int(src.plane), int(src.row), ptr[float64](dst.data), int(dst.plane), int(dst.row))
	}
	return true
}

// weaveAsm is weaveGo, if there is assembly for it.
//
//go:noinline
func weaveAsm[T gemm.Float](planes, rows, n int, a, b, dst stack[T]) bool {
	if !cpu.AVX2 {
		return false
	}
	if sizeof[T]() == 4 {
		weavefloat32(planes, rows, n, ptr[float32](a.data), int(a.plane), int(a.row), ptr[float32](b.data), int(b.plane), int(b.row), ptr[float32](dst.data), int(dst.plane), int(dst.row))
	} else {
		weavefloat64(planes, rows, n, ptr[float64](a.data), int(a.plane), int(a.row), ptr[float64](b.data), int(b.plane), int(b.row), ptr[float64](dst.data), int(dst.plane), int(dst.row))
	}
	return true
}
