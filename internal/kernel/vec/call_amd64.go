//go:build amd64 && !noasm

package vec

import (
	"math"
	"unsafe"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
)

// Functions here return false, and do nothing, where there is no assembly.
//
// The assembly is called through functions that are not inlined, so that their prologues let the garbage collector stop a loop of them.

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

//go:noinline
func sum[T Float](x []T) (T, bool) {
	if !cpu.AVX2 {
		return 0, false
	}
	if isSingle[T]() {
		return T(sum32(pointer[float32](x), len(x))), true
	}
	return T(sum64(pointer[float64](x), len(x))), true
}

//go:noinline
func dot[T Float](x, y []T) (T, bool) {
	if !cpu.AVX2 {
		return 0, false
	}
	if isSingle[T]() {
		return T(dot32(pointer[float32](x), pointer[float32](y), len(x))), true
	}
	return T(dot64(pointer[float64](x), pointer[float64](y), len(x))), true
}

//go:noinline
func sumSquaresShift[T Float](x []T, m T) (T, bool) {
	if !cpu.AVX2 {
		return 0, false
	}
	if isSingle[T]() {
		return T(sumSquaresShift32(pointer[float32](x), len(x), float32(m))), true
	}
	return T(sumSquaresShift64(pointer[float64](x), len(x), float64(m))), true
}

//go:noinline
func dotShift[T Float](x, y []T, m T) (T, bool) {
	if !cpu.AVX2 {
		return 0, false
	}
	if isSingle[T]() {
		return T(dotShift32(pointer[float32](x), pointer[float32](y), len(x), float32(m))), true
	}
	return T(dotShift64(pointer[float64](x), pointer[float64](y), len(x), float64(m))), true
}

//go:noinline
func expSumShift[T Float](dst, x []T, shift T) (T, bool) {
	if !cpu.AVX2 || !isSingle[T]() {
		return 0, false
	}
	return T(expSumShift32(pointer[float32](dst), pointer[float32](x), len(x), float32(shift))), true
}

//go:noinline
func largest[T Float](x []T) (m T, ok bool) {
	if !cpu.AVX2 {
		return 0, false
	}
	if isSingle[T]() {
		m = T(largest32(pointer[float32](x), len(x)))
	} else {
		m = T(largest64(pointer[float64](x), len(x)))
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

//go:noinline
func hasNaN[T Float](x []T) (found, ok bool) {
	if !cpu.AVX2 {
		return false, false
	}
	if isSingle[T]() {
		return hasNaN32(pointer[float32](x), len(x)) != 0, true
	}
	return hasNaN64(pointer[float64](x), len(x)) != 0, true
}

//go:noinline
func hasFar(x []float32) bool { return far32(unsafe.SliceData(x), len(x)) != 0 }

//go:noinline
func nonFinite[T Float](x []T) (found, ok bool) {
	if !cpu.AVX2 {
		return false, false
	}
	if isSingle[T]() {
		return nonFinite32(pointer[float32](x), len(x)) != 0, true
	}
	return nonFinite64(pointer[float64](x), len(x)) != 0, true
}

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

func adam[T Float](nw, nm, nv, w, m, v, g, size, second []T, b1, c1, b2, c2, eps T) bool {
	if !cpu.AVX2 {
		return false
	}
	for at, n := 0, len(nw); at < n; at += chunk {
		k := min(chunk, n-at)
		if isSingle[T]() {
			p := func(s []T) *float32 { return pointer[float32](s[at : at+k]) }
			adam32s(p(nw), p(nm), p(nv), p(w), p(m), p(v), p(g), p(size), p(second), k, float32(b1), float32(c1), float32(b2), float32(c2), float32(eps))
		} else {
			p := func(s []T) *float64 { return pointer[float64](s[at : at+k]) }
			adam64s(p(nw), p(nm), p(nv), p(w), p(m), p(v), p(g), p(size), p(second), k, float64(b1), float64(c1), float64(b2), float64(c2), float64(eps))
		}
	}
	return true
}

//go:noinline
func adam32s(nw, nm, nv, w, m, v, g, size, second *float32, n int, b1, c1, b2, c2, eps float32) {
	if cpu.AVX512 {
		adam32AVX512(nw, nm, nv, w, m, v, g, size, second, n, b1, c1, b2, c2, eps)
	} else {
		adam32(nw, nm, nv, w, m, v, g, size, second, n, b1, c1, b2, c2, eps)
	}
}

//go:noinline
func adam64s(nw, nm, nv, w, m, v, g, size, second *float64, n int, b1, c1, b2, c2, eps float64) {
	if cpu.AVX512 {
		adam64AVX512(nw, nm, nv, w, m, v, g, size, second, n, b1, c1, b2, c2, eps)
	} else {
		adam64(nw, nm, nv, w, m, v, g, size, second, n, b1, c1, b2, c2, eps)
	}
}

func shifted[T Float](dst, x []T, m, a, b T) bool {
	if !cpu.AVX2 {
		return false
	}
	for at, n := 0, len(dst); at < n; at += chunk {
		k := min(chunk, n-at)
		if isSingle[T]() {
			shiftedSingle(pointer[float32](dst[at:]), pointer[float32](x[at:at+k]), k, float32(m), float32(a), float32(b))
		} else {
			shiftedDouble(pointer[float64](dst[at:]), pointer[float64](x[at:at+k]), k, float64(m), float64(a), float64(b))
		}
	}
	return true
}

//go:noinline
func shiftedSingle(dst, x *float32, n int, m, a, b float32) {
	if cpu.AVX512 {
		shifted32AVX512(dst, x, n, m, a, b)
	} else {
		shifted32(dst, x, n, m, a, b)
	}
}

//go:noinline
func shiftedDouble(dst, x *float64, n int, m, a, b float64) {
	if cpu.AVX512 {
		shifted64AVX512(dst, x, n, m, a, b)
	} else {
		shifted64(dst, x, n, m, a, b)
	}
}

func mixed[T Float](dst, x, y []T, m, a, b, c T) bool {
	if !cpu.AVX2 {
		return false
	}
	for at, n := 0, len(dst); at < n; at += chunk {
		k := min(chunk, n-at)
		if isSingle[T]() {
			mixedSingle(pointer[float32](dst[at:]), pointer[float32](x[at:at+k]), pointer[float32](y[at:at+k]), k, float32(m), float32(a), float32(b), float32(c))
		} else {
			mixedDouble(pointer[float64](dst[at:]), pointer[float64](x[at:at+k]), pointer[float64](y[at:at+k]), k, float64(m), float64(a), float64(b), float64(c))
		}
	}
	return true
}

//go:noinline
func mixedSingle(dst, x, y *float32, n int, m, a, b, c float32) {
	if cpu.AVX512 {
		mixed32AVX512(dst, x, y, n, m, a, b, c)
	} else {
		mixed32(dst, x, y, n, m, a, b, c)
	}
}

//go:noinline
func mixedDouble(dst, x, y *float64, n int, m, a, b, c float64) {
	if cpu.AVX512 {
		mixed64AVX512(dst, x, y, n, m, a, b, c)
	} else {
		mixed64(dst, x, y, n, m, a, b, c)
	}
}
