package vec

import "math"

// Neg writes −x.
func Neg[T Float](dst, x []T) {
	if !unary(neg, dst, x, 0, 0) {
		negGo(dst, x)
	}
}

// Abs writes |x|.
func Abs[T Float](dst, x []T) {
	if !unary(abs, dst, x, 0, 0) {
		absGo(dst, x)
	}
}

// Square writes x².
func Square[T Float](dst, x []T) {
	if !unary(square, dst, x, 0, 0) {
		squareGo(dst, x)
	}
}

// Sqrt writes √x, correctly rounded.
func Sqrt[T Float](dst, x []T) {
	if !unary(sqrt, dst, x, 0, 0) {
		sqrtGo(dst, x)
	}
}

// Rsqrt writes 1/√x, root and quotient each correctly rounded.
func Rsqrt[T Float](dst, x []T) {
	if !unary(rsqrt, dst, x, 0, 0) {
		rsqrtGo(dst, x)
	}
}

// Reciprocal writes 1/x.
func Reciprocal[T Float](dst, x []T) {
	if !unary(reciprocal, dst, x, 0, 0) {
		reciprocalGo(dst, x)
	}
}

// Sign writes −1 or 1, and x itself where it is ±0 or NaN.
func Sign[T Float](dst, x []T) {
	if !unary(sign, dst, x, 0, 0) {
		signGo(dst, x)
	}
}

// ReLU writes x where it is above 0, NaN where it is NaN, and +0 elsewhere.
func ReLU[T Float](dst, x []T) {
	if !unary(relu, dst, x, 0, 0) {
		reluGo(dst, x)
	}
}

// Step writes 1 where x > 0, and 0 elsewhere, also where x is NaN.
func Step[T Float](dst, x []T) {
	if !unary(step, dst, x, 0, 0) {
		stepGo(dst, x)
	}
}

// LeakyReLU writes x where it is above 0, and slope·x elsewhere.
func LeakyReLU[T Float](dst, x []T, slope T) {
	if !unary(leakyReLU, dst, x, slope, 0) {
		leakyReLUGo(dst, x, slope)
	}
}

// Clamp writes x held between lo and hi, NaN where x is NaN. A bound that is NaN does not bind.
func Clamp[T Float](dst, x []T, lo, hi T) {
	if !unary(clamp, dst, x, lo, hi) {
		clampGo(dst, x, lo, hi)
	}
}

func negGo[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = -v
	}
}

func absGo[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = T(math.Abs(float64(v)))
	}
}

func squareGo[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = v * v
	}
}

// The root of a float32 is the rounded root of it as a float64: 53 bits are more than twice 24 and 2 (Figueroa, When is double
// rounding innocuous?, 1995).
func sqrtGo[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = T(math.Sqrt(float64(v)))
	}
}

func rsqrtGo[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = 1 / T(math.Sqrt(float64(v)))
	}
}

func reciprocalGo[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = 1 / v
	}
}

func signGo[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		switch {
		case v > 0:
			v = 1
		case v < 0:
			v = -1
		}
		dst[i] = v
	}
}

func reluGo[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = max(v, 0)
	}
}

func stepGo[T Float](dst, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = 0
		if v > 0 {
			dst[i] = 1
		}
	}
}

func leakyReLUGo[T Float](dst, x []T, slope T) {
	for i, v := range x[:len(dst)] {
		if !(v > 0) {
			v *= slope
		}
		dst[i] = v
	}
}

func clampGo[T Float](dst, x []T, lo, hi T) {
	for i, v := range x[:len(dst)] {
		if v < lo {
			v = lo
		}
		if v > hi {
			v = hi
		}
		dst[i] = v
	}
}
