package channels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// NormalizeGroup and GradientGroup against the formulas in float64, at lengths that are taken one by one and in vectors, and with a mean that
// is large beside the deviation.
func TestGroups(t *testing.T) {
	t.Run("float32", func(t *testing.T) { checkGroup[float32](t, 3e-5) })
	t.Run("float64", func(t *testing.T) { checkGroup[float64](t, 1e-13) })
}

func checkGroup[T vec.Float](t *testing.T, tol float64) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(n int, mean float64) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = T(r.NormFloat64() + mean)
		}
		return x
	}
	for _, s := range [][2]int{{1, 1}, {2, 1}, {3, 4}, {1, 5}, {4, 33}, {8, 196}, {2, 4099}} {
		for _, mean := range []float64{0, 10} {
			c, length := s[0], s[1]
			n := c * length
			x, dy, scale, shift := draw(n, mean), draw(n, 1), draw(c, 1), draw(c, 0)
			y, dx, dscale, dshift := make([]T, n), make([]T, n), make([]float64, c), make([]float64, c)
			const eps = 0.01
			m, d := NormalizeGroup(y, x, scale, shift, eps)
			GradientGroup(dx, x, dy, scale, m, d, dscale, dshift)

			var mu, v, sum, product float64
			for _, x := range x {
				mu += float64(x) / float64(n)
			}
			for _, x := range x {
				v += (float64(x) - mu) * (float64(x) - mu) / float64(n)
			}
			rstd := 1 / math.Sqrt(v+eps)
			z := func(i int) float64 { return (float64(x[i]) - mu) * rstd }
			wantScale, wantShift := make([]float64, c), make([]float64, c)
			for i, g := range dy {
				k := i / length
				wantScale[k] += float64(g) * z(i)
				wantShift[k] += float64(g)
				sum += float64(g) * float64(scale[k])
				product += float64(g) * float64(scale[k]) * z(i)
			}
			near := func(what string, got, want, size float64) {
				if e := math.Abs(got-want) / max(1, size); !(e <= tol) {
					t.Errorf("%v, mean %v: %s %v, want %v: off by %.1e", s, mean, what, got, want, e)
				}
			}
			near("mean", float64(m), mu, math.Abs(mu))
			near("rstd", float64(d), rstd, rstd)
			for k := range c {
				near("cotangent of scale", dscale[k], wantScale[k], float64(length))
				near("cotangent of shift", dshift[k], wantShift[k], float64(length))
			}
			for i := range x {
				s := float64(scale[i/length])
				near("y", float64(y[i]), z(i)*s+float64(shift[i/length]), 30)
				near("dx", float64(dx[i]), rstd*(s*float64(dy[i])-sum/float64(n)-z(i)*product/float64(n)), 30)
			}
		}
	}
}
