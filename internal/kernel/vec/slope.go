package vec

import "math"

// GELUSlope writes dy·(Φ(x) + x·φ(x)), the cotangent of x where y = GELU(x); for float32 the factor is within 4 ulp, or where x is
// negative 2⁻²⁴·|x|, the larger of the two.
func GELUSlope[T Float](dst, x, dy []T) { sloped(geluSlope, geluSlope64, dst, x, dy) }

// GELUTanhSlope does so for y = GELUTanh(x).
func GELUTanhSlope[T Float](dst, x, dy []T) { sloped(geluTanhSlope, geluTanhSlope64, dst, x, dy) }

// SiLUSlope does so for y = SiLU(x).
func SiLUSlope[T Float](dst, x, dy []T) { sloped(siluSlope, siluSlope64, dst, x, dy) }

func sloped[T Float](r routine, f func(float64) float64, dst, x, dy []T) {
	if isSingle[T]() && binary(r, dst, x, dy, 0) {
		return
	}
	x, dy = x[:len(dst)], dy[:len(dst)]
	for i := range dst {
		dst[i] = T(f(float64(x[i]))) * dy[i]
	}
}

func geluSlope64(x float64) float64 {
	if math.IsInf(x, 0) {
		return max(0, math.Copysign(1, x))
	}
	return 0.5*math.Erfc(-x/math.Sqrt2) + x*math.Exp(-0.5*x*x)/math.Sqrt(2*math.Pi)
}

func geluTanhSlope64(x float64) float64 {
	const c = 2 * 0.797884560802865355879892119868763737 // 2√(2/π)
	x = min(max(x, -30), 30)
	s := 1 / (1 + math.Exp(-c*x*(1+0.044715*x*x)))
	rest := 1 / (1 + math.Exp(c*x*(1+0.044715*x*x)))
	return s + x*s*rest*c*(1+3*0.044715*x*x)
}

func siluSlope64(x float64) float64 {
	x = min(max(x, -800), 800)
	s, rest := 1/(1+math.Exp(-x)), 1/(1+math.Exp(x))
	return s + x*s*rest
}
