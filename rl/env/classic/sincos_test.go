package classic

import (
	"math"
	"math/big"
	"testing"
)

// Against the series in 200 bits: the error stays near the half unit that rounding must cost.
func TestSincos(t *testing.T) {
	worst := 0.0
	for i := -2000; i <= 2000; i++ {
		x := float64(i) / 4003
		s, c := sincos(x)
		for k, got := range []float64{s, c} {
			term := big.NewFloat(1).SetPrec(200)
			v := new(big.Float).SetPrec(200).SetFloat64(x)
			if k == 0 {
				term.Set(v)
			}
			sum := new(big.Float).SetPrec(200)
			for n := 2 - k; n < 60; n += 2 {
				sum.Add(sum, term)
				term.Mul(term, v)
				term.Mul(term, v)
				term.Quo(term, big.NewFloat(-float64(n*(n+1))))
			}
			exact, _ := sum.Float64()
			diff, _ := new(big.Float).Sub(new(big.Float).SetPrec(200).SetFloat64(got), sum).Float64()
			if unit := math.Nextafter(math.Abs(exact), 2) - math.Abs(exact); exact != 0 {
				worst = max(worst, math.Abs(diff)/unit)
			}
		}
	}
	if t.Logf("at most %.3f units of the last place", worst); worst > 0.56 {
		t.Errorf("off by %.3f units of the last place", worst)
	}
}
