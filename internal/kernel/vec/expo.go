package vec

import (
	"math"
	"unsafe"
)

// The elementary functions of float32 are assembly, or else the float64 function, rounded.

// Exp writes eˣ, for float32 within 1 ulp, subnormal results included: below −103.98 it is 0, from 88.73 on +Inf.
func Exp[T Float](dst, x []T) {
	if !single(exp, dst, x) {
		mapped(math.Exp, dst, x)
	}
}

// Log writes ln x, for float32 within 1 ulp: −Inf for ±0, NaN below.
func Log[T Float](dst, x []T) {
	if !single(log, dst, x) {
		mapped(math.Log, dst, x)
	}
}

// Log1p writes ln(1 + x), for float32 within 1 ulp: −Inf for −1, NaN below.
func Log1p[T Float](dst, x []T) {
	if !single(log1p, dst, x) {
		mapped(math.Log1p, dst, x)
	}
}

// Tanh writes the hyperbolic tangent, for float32 within 1 ulp.
func Tanh[T Float](dst, x []T) {
	if !single(tanh, dst, x) {
		mapped(math.Tanh, dst, x)
	}
}

// Sigmoid writes 1/(1 + e⁻ˣ), for float32 within 1 ulp.
func Sigmoid[T Float](dst, x []T) {
	if !single(sigmoid, dst, x) {
		mapped(sigmoid64, dst, x)
	}
}

// Softplus writes ln(1 + eˣ), for float32 within 2 ulp.
func Softplus[T Float](dst, x []T) {
	if !single(softplus, dst, x) {
		mapped(softplus64, dst, x)
	}
}

// Erf writes the error function 2/√π·∫₀ˣ e^(−t²) dt, for float32 within 1 ulp.
func Erf[T Float](dst, x []T) {
	if !single(erf, dst, x) {
		mapped(math.Erf, dst, x)
	}
}

// GELU writes x·Φ(x) = ½x·(1 + erf(x/√2)) (Hendrycks & Gimpel, Gaussian Error Linear Units, 2016), for float32 within 2 ulp, or where x is
// negative 2⁻²⁴·|x|, the larger of the two. Its limit at −Inf is −0.
func GELU[T Float](dst, x []T) {
	if !single(gelu, dst, x) {
		mapped(gelu64, dst, x)
	}
}

// GELUTanh writes the approximation ½x·(1 + tanh(√(2/π)·(x + 0.044715x³))) of GELU, from the same paper, for float32 within the bounds of
// GELU. Its limit at −Inf is −0.
func GELUTanh[T Float](dst, x []T) {
	if !single(geluTanh, dst, x) {
		mapped(geluTanh64, dst, x)
	}
}

// SiLU writes x·σ(x) = x/(1 + e⁻ˣ), for float32 within 3 ulp, in the negative tail too. Its limit at −Inf is −0.
func SiLU[T Float](dst, x []T) {
	if !single(silu, dst, x) {
		mapped(silu64, dst, x)
	}
}

// ELU writes scale·x where x is above 0, and low·(e^(rate·x) − 1) elsewhere, for float32 and a rate above 0 within 3 ulp.
func ELU[T Float](dst, x []T, scale T, low, rate float64) {
	x = x[:len(dst)]
	if unsafe.Sizeof(scale) == 8 || rate < 0 {
		for i, v := range x {
			if v > 0 {
				dst[i] = scale * v
			} else {
				dst[i] = T(low * math.Expm1(rate*float64(v)))
			}
		}
		return
	}
	var tile [256]T // eᵗ − 1 = 2u/(1 − u) with u = tanh(t/2), which does not cancel below 0
	half, twice := T(rate/2), T(2*low)
	for len(x) > 0 {
		u := tile[:min(len(tile), len(x))]
		for i := range u {
			u[i] = half * min(x[i], 0)
		}
		Tanh(u, u)
		for i, u := range u {
			if v := x[i]; v > 0 {
				dst[i] = scale * v
			} else {
				dst[i] = twice * u / (1 - u)
			}
		}
		x, dst = x[len(u):], dst[len(u):]
	}
}

// Sin writes the sine of x in radians, for float32 within 1 ulp: NaN for ±Inf. Numbers beyond 2¹⁷ are left to math.Sin, which reduces
// them exactly (Payne & Hanek, Radian reduction for trigonometric functions, 1983).
func Sin[T Float](dst, x []T) {
	if !periodic(sin, math.Sin, dst, x) {
		mapped(math.Sin, dst, x)
	}
}

// Cos writes the cosine of x in radians, otherwise like Sin.
func Cos[T Float](dst, x []T) {
	if !periodic(cos, math.Cos, dst, x) {
		mapped(math.Cos, dst, x)
	}
}

//go:noinline
func mapped[T Float](f func(float64) float64, dst, x []T) {
	for i, v := range x[:len(dst)] {
		dst[i] = T(f(float64(v)))
	}
}

func sigmoid64(x float64) float64 {
	e := math.Exp(-math.Abs(x))
	if x < 0 {
		return e / (1 + e)
	}
	return 1 / (1 + e)
}

func softplus64(x float64) float64 { return max(x, 0) + math.Log1p(math.Exp(-math.Abs(x))) }

func gelu64(x float64) float64 {
	x = max(x, -40) // Φ(−40) is 0
	return 0.5 * x * math.Erfc(-x/math.Sqrt2)
}

func geluTanh64(x float64) float64 {
	const c = 0.797884560802865355879892119868763737 // √(2/π)
	x = max(x, -40)
	return x * sigmoid64(2*c*x*(1+0.044715*x*x))
}

func silu64(x float64) float64 {
	x = max(x, -800) // e⁻⁸⁰⁰ is 0
	return x * sigmoid64(x)
}
