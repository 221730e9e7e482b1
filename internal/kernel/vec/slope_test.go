package vec

import (
	"math"
	"math/rand/v2"
	"testing"
)

type slope[T Float] struct {
	name  string
	f     func(dst, x, dy []T)
	exact func(float64) float64
}

func slopes[T Float]() []slope[T] {
	return []slope[T]{
		{"GELUSlope", GELUSlope[T], geluSlope64},
		{"GELUTanhSlope", GELUTanhSlope[T], geluTanhSlope64},
		{"SiLUSlope", SiLUSlope[T], siluSlope64},
	}
}

// slopeBound is 4 ulp, or where x is negative, and a slope crosses 0, 2⁻²⁴·|x|, the larger.
func slopeBound(x, want float64) float64 { return max(4*unit(want), 0x1p-24*min(32, -x)) }

// The slopes against float64; limits at ±Inf, and NaN.
func TestSlopes(t *testing.T) { both(t, testSlopes[float32], testSlopes[float64]) }

func testSlopes[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var x []T
	for v := -30.0; v < 30; v += 0.00173 {
		x = append(x, T(v))
	}
	for range 5000 {
		x = append(x, T(r.NormFloat64()*math.Exp(6*r.NormFloat64())))
	}
	for _, v := range special {
		x = append(x, T(v))
	}
	one, dst := make([]T, len(x)), make([]T, len(x))
	Fill(one, 1)
	for _, f := range slopes[T]() {
		f.f(dst, x, one)
		worst, at := 0.0, T(0)
		for i, v := range x {
			want := f.exact(float64(v))
			if want != want {
				if dst[i] == dst[i] {
					t.Errorf("%s of %v: %v, want NaN", f.name, v, dst[i])
				}
				continue
			}
			if e := math.Abs(float64(dst[i])-want) / slopeBound(float64(v), want); !(e <= worst) {
				worst, at = e, v
			}
		}
		if t.Logf("%s: at most %.2f of the bound, at %v", f.name, worst, at); !(worst <= 1) {
			t.Errorf("%s: %.2f of the bound at %v", f.name, worst, at)
		}
		for n := range 70 { // places do not count, nothing else is written
			g := guard(n, n%9, T(42))
			f.f(g.in, x[100:100+n], x[7:7+n])
			g.check(t, f.name)
			for i, got := range g.in {
				if want := dst[100+i] * x[7+i]; !same(got, want) {
					t.Fatalf("%s: element %d of %d is %v, want %v", f.name, i, n, got, want)
				}
			}
		}
	}
}
