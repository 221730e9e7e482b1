package nn

import (
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

// TruncatedNormal draws from N(mean, sd²) under the condition that the number lies between lo and hi. As in PyTorch the bounds are
// numbers, not multiples of sd: TruncatedNormal(0, 0.02, −2, 2) cuts nothing off.
//
// Numbers are Φ⁻¹ of uniform ones between Φ of the bounds; beyond three standard deviations to one side, where Φ has few digits, they
// are exponential ones, accepted as often as they should come (Robert, Simulation of truncated normal variables, 1995, section 2.2).
func TruncatedNormal(mean, sd, lo, hi float64) Init {
	lo, hi = min(lo, hi), max(lo, hi)
	a, b := (lo-mean)/sd, (hi-mean)/sd
	from, to := math.Erf(a/math.Sqrt2), math.Erf(b/math.Sqrt2)
	draw := func(r *rand.Rand) float64 {
		switch {
		case !(sd > 0):
			return 0
		case a > 3:
			return tail(r, a, b)
		case b < -3:
			return -tail(r, -b, -a)
		}
		return math.Sqrt2 * math.Erfinv(from+(to-from)*r.Float64())
	}
	return func(r *rand.Rand, s graph.Shape, _, _ int) []float64 {
		x := make([]float64, s.Size())
		for i := range x {
			x[i] = min(hi, max(lo, mean+sd*draw(r)))
		}
		return x
	}
}

// tail draws from N(0, 1) between a > 0 and b, by exponential numbers of rate a: e^(−x²/2) is at most a constant times e^(−ax).
func tail(r *rand.Rand, a, b float64) float64 {
	for {
		x := -math.Log1p(r.Float64()*math.Expm1(-a*(b-a))) / a
		if r.Float64() <= math.Exp(-x*x/2) {
			return a + x
		}
	}
}
