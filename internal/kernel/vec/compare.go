package vec

// Less writes x < y.
func Less[T Float](dst []bool, x, y []T) {
	if !comparison(less, dst, x, y) {
		lessGo(dst, x, y)
	}
}

// LessEqual writes x ≤ y.
func LessEqual[T Float](dst []bool, x, y []T) {
	if !comparison(lessEqual, dst, x, y) {
		lessEqualGo(dst, x, y)
	}
}

// Equal writes x = y.
func Equal[T Float](dst []bool, x, y []T) {
	if !comparison(equal, dst, x, y) {
		equalGo(dst, x, y)
	}
}

// NotEqual writes x ≠ y, which holds where either is NaN.
func NotEqual[T Float](dst []bool, x, y []T) {
	if !comparison(notEqual, dst, x, y) {
		notEqualGo(dst, x, y)
	}
}

// An Element has its whole value in 1, 4 or 8 bytes.
type Element interface {
	float32 | float64 | int32 | int64 | uint8 | bool
}

// Select writes x where cond holds, and y elsewhere.
func Select[T Element](dst []T, cond []bool, x, y []T) {
	if !choice(dst, cond, x, y) {
		selectGo(dst, cond, x, y)
	}
}

// Fill writes v.
func Fill[T any](dst []T, v T) {
	// A short run is written, and then doubled by copying.
	n := min(len(dst), 64)
	for i := range dst[:n] {
		dst[i] = v
	}
	for ; n < len(dst); n *= 2 {
		copy(dst[n:], dst[:n])
	}
}

// Copy writes x.
func Copy[T any](dst, x []T) { copy(dst, x[:len(dst)]) }

func lessGo[T Float](dst []bool, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = v < y[i]
	}
}

func lessEqualGo[T Float](dst []bool, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = v <= y[i]
	}
}

func equalGo[T Float](dst []bool, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = v == y[i]
	}
}

func notEqualGo[T Float](dst []bool, x, y []T) {
	x, y = x[:len(dst)], y[:len(dst)]
	for i, v := range x {
		dst[i] = v != y[i]
	}
}

func selectGo[T Element](dst []T, cond []bool, x, y []T) {
	cond, x, y = cond[:len(dst)], x[:len(dst)], y[:len(dst)]
	for i, c := range cond {
		v := y[i]
		if c {
			v = x[i]
		}
		dst[i] = v
	}
}
