//go:build amd64 && !noasm

package vec

import "github.com/kedja-ml/kedja/internal/kernel/cpu"

// What works on more operands than two, see call_amd64.go.

// chunks calls f for each part of n elements that one call of assembly may do.
func chunks(n int, f func(at, k int)) bool {
	if !cpu.AVX2 {
		return false
	}
	for at := 0; at < n; at += chunk {
		f(at, min(chunk, n-at))
	}
	return true
}

// part is the address of elements at to at+k−1.
func part[To float32 | float64, T Float](s []T, at, k int) *To { return pointer[To](s[at : at+k]) }

func adam[T Float](nw, nm, nv, w, m, v, g, size, second []T, b1, c1, b2, c2, eps T) bool {
	return chunks(len(nw), func(at, k int) {
		if isSingle[T]() {
			p := func(s []T) *float32 { return part[float32](s, at, k) }
			runAdam32(p(nw), p(nm), p(nv), p(w), p(m), p(v), p(g), p(size), p(second), k, float32(b1), float32(c1), float32(b2), float32(c2), float32(eps))
		} else {
			p := func(s []T) *float64 { return part[float64](s, at, k) }
			runAdam64(p(nw), p(nm), p(nv), p(w), p(m), p(v), p(g), p(size), p(second), k, float64(b1), float64(c1), float64(b2), float64(c2), float64(eps))
		}
	})
}

func shifted[T Float](dst, x []T, m, a, b T) bool {
	return chunks(len(dst), func(at, k int) {
		if isSingle[T]() {
			runShifted32(part[float32](dst, at, k), part[float32](x, at, k), k, float32(m), float32(a), float32(b))
		} else {
			runShifted64(part[float64](dst, at, k), part[float64](x, at, k), k, float64(m), float64(a), float64(b))
		}
	})
}

func mixed[T Float](dst, x, y []T, m, a, b, c T) bool {
	return chunks(len(dst), func(at, k int) {
		if isSingle[T]() {
			p := func(s []T) *float32 { return part[float32](s, at, k) }
			runMixed32(p(dst), p(x), p(y), k, float32(m), float32(a), float32(b), float32(c))
		} else {
			p := func(s []T) *float64 { return part[float64](s, at, k) }
			runMixed64(p(dst), p(x), p(y), k, float64(m), float64(a), float64(b), float64(c))
		}
	})
}

func mixedScaled[T Float](dx, x, dy, scale []T, m, a, b, c T) bool {
	return chunks(len(dx), func(at, k int) {
		if isSingle[T]() {
			p := func(s []T) *float32 { return part[float32](s, at, k) }
			runMixedScaled32(p(dx), p(x), p(dy), p(scale), k, float32(m), float32(a), float32(b), float32(c))
		} else {
			p := func(s []T) *float64 { return part[float64](s, at, k) }
			runMixedScaled64(p(dx), p(x), p(dy), p(scale), k, float64(m), float64(a), float64(b), float64(c))
		}
	})
}

func normalized[T Float](y, x, scale, shift []T, m, r T) bool {
	return chunks(len(y), func(at, k int) {
		if isSingle[T]() {
			p := func(s []T) *float32 { return part[float32](s, at, k) }
			runNormalized32(p(y), p(x), p(scale), p(shift), k, float32(m), float32(r))
		} else {
			p := func(s []T) *float64 { return part[float64](s, at, k) }
			runNormalized64(p(y), p(x), p(scale), p(shift), k, float64(m), float64(r))
		}
	})
}

func moments[T Float](x []T) (mean, squares T, ok bool) {
	switch {
	case !cpu.AVX2:
		return 0, 0, false
	case isSingle[T]():
		a, b := runMoments32(whole[float32](x))
		return T(a), T(b), true
	}
	a, b := runMoments64(whole[float64](x))
	return T(a), T(b), true
}

func sumDotShift[T Float](x, y []T, m T) (sum, product T, ok bool) {
	switch {
	case !cpu.AVX2:
		return 0, 0, false
	case isSingle[T]():
		a, b := runSumDotShift32(pointer[float32](x), pointer[float32](y), len(x), float32(m))
		return T(a), T(b), true
	}
	a, b := runSumDotShift64(pointer[float64](x), pointer[float64](y), len(x), float64(m))
	return T(a), T(b), true
}

func normSums[T Float](x, dy, scale, dscale, dshift []T, m, r T) (sum, product T, ok bool) {
	switch n := len(x); {
	case !cpu.AVX2:
		return 0, 0, false
	case isSingle[T]():
		p := func(s []T) *float32 { return part[float32](s, 0, n) }
		a, b := runNormSums32(p(x), p(dy), p(scale), p(dscale), p(dshift), n, float32(m), float32(r))
		return T(a), T(b), true
	default:
		p := func(s []T) *float64 { return part[float64](s, 0, n) }
		a, b := runNormSums64(p(x), p(dy), p(scale), p(dscale), p(dshift), n, float64(m), float64(r))
		return T(a), T(b), true
	}
}

func rmsSums[T Float](x, dy, scale, dscale []T, r T) (product T, ok bool) {
	switch n := len(x); {
	case !cpu.AVX2:
		return 0, false
	case isSingle[T]():
		p := func(s []T) *float32 { return part[float32](s, 0, n) }
		return T(runRmsSums32(p(x), p(dy), p(scale), p(dscale), n, float32(r))), true
	default:
		p := func(s []T) *float64 { return part[float64](s, 0, n) }
		return T(runRmsSums64(p(x), p(dy), p(scale), p(dscale), n, float64(r))), true
	}
}
