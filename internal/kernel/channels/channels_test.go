package channels

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Normalize and Gradient against the formulas in float64, at lengths that are taken one by one and in vectors, for more channels than are
// taken together, and with a mean that is large beside the deviation; other channels stay as they are.
func TestChannels(t *testing.T) {
	t.Run("float32", func(t *testing.T) { check[float32](t, 3e-5) })
	t.Run("float64", func(t *testing.T) { check[float64](t, 1e-13) })
}

func check[T vec.Float](t *testing.T, tol float64) {
	r := rand.New(rand.NewPCG(1, 2))
	draw := func(n int, mean float64) []T {
		x := make([]T, n)
		for i := range x {
			x[i] = T(r.NormFloat64() + mean)
		}
		return x
	}
	for _, s := range []Shape{{1, 1, 1}, {2, 3, 1}, {7, 2, 3}, {3, 5, 4}, {4, 3, 5}, {2, 2, 33}, {1, 3, 257}, {3, 2, 4099}, {65, 1, 49}, {3, 41, 7}, {2, 20, 2}} {
		for _, mean := range []float64{0, 10} {
			n := s.N * s.C * s.Len
			x, dy, scale, shift := draw(n, mean), draw(n, 1), draw(s.C, 1), draw(s.C, 0)
			const eps = 0.01
			y, dx := make([]T, n), make([]T, n)
			for i := range y {
				y[i], dx[i] = 42, 42
			}
			m1, v1, dscale, dshift := make([]T, s.C), make([]T, s.C), make([]T, s.C), make([]T, s.C)
			lo := s.C / 3
			Normalize(s, lo, s.C, y, x, scale, shift, m1, v1, eps)
			Gradient(s, lo, s.C, dx, x, dy, scale, m1, v1, dscale, dshift, eps)
			for i := range x {
				if i/s.Len%s.C < lo && (y[i] != 42 || dx[i] != 42) {
					t.Fatalf("%v: wrote to another channel", s)
				}
			}
			for c := lo; c < s.C; c++ {
				checkChannel(t, s, c, operands[T]{x, dy, y, dx}, scale[c], shift[c], [4]T{m1[c], v1[c], dscale[c], dshift[c]}, eps, tol)
			}
		}
	}
}

type operands[T vec.Float] struct{ x, dy, y, dx []T }

// checkChannel checks a channel's results, mean, variance and cotangents of scale and shift.
func checkChannel[T vec.Float](t *testing.T, s Shape, c int, o operands[T], scale, shift T, got [4]T, eps, tol float64) {
	x, dy := o.x, o.dy
	var m, v, sum, product float64
	each := func(f func(i int)) {
		for i := range x {
			if i/s.Len%s.C == c {
				f(i)
			}
		}
	}
	k := float64(s.N * s.Len)
	each(func(i int) { m += float64(x[i]) / k })
	each(func(i int) { v += (float64(x[i]) - m) * (float64(x[i]) - m) / k })
	rstd := 1 / math.Sqrt(v+eps)
	z := func(i int) float64 { return (float64(x[i]) - m) * rstd }
	each(func(i int) { sum += float64(dy[i]); product += float64(dy[i]) * z(i) })
	near := func(what string, got T, want, size float64) {
		if e := math.Abs(float64(got)-want) / max(1, size); !(e <= tol) {
			t.Errorf("%v, channel %d: %s %v, want %v: off by %.1e", s, c, what, got, want, e)
		}
	}
	near("mean", got[0], m, math.Abs(m))
	near("variance", got[1], v, v)
	near("cotangent of scale", got[2], product, k)
	near("cotangent of shift", got[3], sum, k)
	each(func(i int) {
		near("y", o.y[i], z(i)*float64(scale)+float64(shift), 10)
		near("dx", o.dx[i], float64(scale)*rstd*(float64(dy[i])-sum/k-z(i)*product/k), 10)
	})
}
