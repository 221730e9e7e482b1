//go:build amd64 && !noasm

package vec

import (
	"math"
	"unsafe"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
)

// Functions here return false, and do nothing, where there is no assembly.
//
// The assembly is called through functions that are not inlined, those of switch_amd64.go and some here, so that their prologues let the garbage
// collector stop a loop of them.

// far is where the assembly of Sin and Cos ends to be exact.
const far = 1 << 17

func pointer[To, From any](s []From) *To { return (*To)(unsafe.Pointer(unsafe.SliceData(s))) }

func binary[T Float](r routine, dst, x, y []T, a T) bool {
	if !cpu.AVX2 {
		return false
	}
	x, y = x[:len(dst)], y[:len(dst)]
	for len(dst) > 0 {
		k := min(chunk, len(dst))
		if isSingle[T]() {
			binary32(r, pointer[float32](dst), pointer[float32](x), pointer[float32](y), k, float32(a))
		} else {
			binary64(r, pointer[float64](dst), pointer[float64](x), pointer[float64](y), k, float64(a))
		}
		dst, x, y = dst[k:], x[k:], y[k:]
	}
	return true
}

func unary[T Float](r routine, dst, x []T, a, b T) bool {
	if !cpu.AVX2 {
		return false
	}
	x = x[:len(dst)]
	for len(dst) > 0 {
		k := min(chunk, len(dst))
		if isSingle[T]() {
			unary32(r, pointer[float32](dst), pointer[float32](x), k, float32(a), float32(b))
		} else {
			unary64(r, pointer[float64](dst), pointer[float64](x), k, float64(a), float64(b))
		}
		dst, x = dst[k:], x[k:]
	}
	return true
}

// single is unary for functions that exist for float32 only.
func single[T Float](r routine, dst, x []T) bool { return isSingle[T]() && unary(r, dst, x, 0, 0) }

// periodic is single for functions that are exact up to far only: numbers beyond are left to f.
func periodic[T Float](r routine, f func(float64) float64, dst, x []T) bool {
	if !cpu.AVX2 || !isSingle[T]() {
		return false
	}
	x = x[:len(dst)]
	var tile [256]T // x, which dst may overwrite
	for len(dst) > 0 {
		k := min(chunk, len(dst))
		if !hasFar(unsafe.Slice(pointer[float32](x), k)) {
			unary(r, dst[:k], x, 0, 0)
		} else {
			k = copy(tile[:min(k, len(tile))], x)
			unary(r, dst[:k], x, 0, 0)
			for i, v := range tile[:k] {
				if v > far || v < -far {
					dst[i] = T(f(float64(v)))
				}
			}
		}
		dst, x = dst[k:], x[k:]
	}
	return true
}

func comparison[T Float](r routine, dst []bool, x, y []T) bool {
	if !cpu.AVX2 {
		return false
	}
	x, y = x[:len(dst)], y[:len(dst)]
	for len(dst) > 0 {
		k := min(chunk, len(dst))
		if isSingle[T]() {
			comparison32(r, unsafe.SliceData(dst), pointer[float32](x), pointer[float32](y), k)
		} else {
			comparison64(r, unsafe.SliceData(dst), pointer[float64](x), pointer[float64](y), k)
		}
		dst, x, y = dst[k:], x[k:], y[k:]
	}
	return true
}

func choice[T Element](dst []T, cond []bool, x, y []T) bool {
	var v T
	if !cpu.AVX2 || unsafe.Sizeof(v) == 1 {
		return false
	}
	cond, x, y = cond[:len(dst)], x[:len(dst)], y[:len(dst)]
	for len(dst) > 0 {
		k := min(chunk, len(dst))
		if unsafe.Sizeof(v) == 4 {
			choice32(pointer[float32](dst), unsafe.SliceData(cond), pointer[float32](x), pointer[float32](y), k)
		} else {
			choice64(pointer[float64](dst), unsafe.SliceData(cond), pointer[float64](x), pointer[float64](y), k)
		}
		dst, cond, x, y = dst[k:], cond[k:], x[k:], y[k:]
	}
	return true
}

//go:noinline
func choice32(dst *float32, cond *bool, x, y *float32, n int) { choose32(dst, cond, x, y, n) }

//go:noinline
func choice64(dst *float64, cond *bool, x, y *float64, n int) { choose64(dst, cond, x, y, n) }

// whole is a slice for assembly that takes it in one call.
func whole[To float32 | float64, T Float](s []T) (*To, int) { return pointer[To](s), len(s) }

func sum[T Float](x []T) (T, bool) {
	switch {
	case !cpu.AVX2:
		return 0, false
	case isSingle[T]():
		return T(runSum32(whole[float32](x))), true
	}
	return T(runSum64(whole[float64](x))), true
}

func dot[T Float](x, y []T) (T, bool) {
	switch {
	case !cpu.AVX2:
		return 0, false
	case isSingle[T]():
		return T(runDot32(pointer[float32](x), pointer[float32](y), len(x))), true
	}
	return T(runDot64(pointer[float64](x), pointer[float64](y), len(x))), true
}

func sumSquaresShift[T Float](x []T, m T) (T, bool) {
	switch {
	case !cpu.AVX2:
		return 0, false
	case isSingle[T]():
		return T(runSumSquaresShift32(pointer[float32](x), len(x), float32(m))), true
	}
	return T(runSumSquaresShift64(pointer[float64](x), len(x), float64(m))), true
}

func dotShift[T Float](x, y []T, m T) (T, bool) {
	switch {
	case !cpu.AVX2:
		return 0, false
	case isSingle[T]():
		return T(runDotShift32(pointer[float32](x), pointer[float32](y), len(x), float32(m))), true
	}
	return T(runDotShift64(pointer[float64](x), pointer[float64](y), len(x), float64(m))), true
}

func expSumShift[T Float](dst, x []T, shift T) (T, bool) {
	if !cpu.AVX2 || !isSingle[T]() {
		return 0, false
	}
	return T(runExpSumShift32(pointer[float32](dst), pointer[float32](x), len(x), float32(shift))), true
}

func expSum[T Float](x []T, shift T) (T, bool) {
	if !cpu.AVX2 || !isSingle[T]() {
		return 0, false
	}
	return T(runExpSum32(pointer[float32](x), len(x), float32(shift))), true
}

func largest[T Float](x []T) (m T, ok bool) {
	switch {
	case !cpu.AVX2:
		return 0, false
	case isSingle[T]():
		m = T(runLargest32(whole[float32](x)))
	default:
		m = T(runLargest64(whole[float64](x)))
	}
	if m == 0 { // of either sign
		for _, v := range x {
			if v == 0 && !math.Signbit(float64(v)) {
				return v, true
			}
		}
	}
	return m, true
}

func hasNaN[T Float](x []T) (found, ok bool) {
	switch {
	case !cpu.AVX2:
		return false, false
	case isSingle[T]():
		return runHasNaN32(whole[float32](x)) != 0, true
	}
	return runHasNaN64(whole[float64](x)) != 0, true
}

func nonFinite[T Float](x []T) (found, ok bool) {
	switch {
	case !cpu.AVX2:
		return false, false
	case isSingle[T]():
		return runNonFinite32(whole[float32](x)) != 0, true
	}
	return runNonFinite64(whole[float64](x)) != 0, true
}

func hasFar(x []float32) bool { return runFar32(unsafe.SliceData(x), len(x)) != 0 }

//go:noinline
func comparison32(r routine, dst *bool, x, y *float32, n int) {
	switch r {
	case less:
		less32(dst, x, y, n)
	case lessEqual:
		lessEqual32(dst, x, y, n)
	case equal:
		equal32(dst, x, y, n)
	case notEqual:
		notEqual32(dst, x, y, n)
	}
}

//go:noinline
func comparison64(r routine, dst *bool, x, y *float64, n int) {
	switch r {
	case less:
		less64(dst, x, y, n)
	case lessEqual:
		lessEqual64(dst, x, y, n)
	case equal:
		equal64(dst, x, y, n)
	case notEqual:
		notEqual64(dst, x, y, n)
	}
}
