// Package channels holds the loops of normalisation over the channels of an array [N, C, Len].
//
// Sums of the Len elements that lie together have the tree of package vec and are added in float64, in order; so a channel's bits depend on
// the array's shape alone. What is left of a definition in primitives is rounded in another order: results agree within a few units
// of the last place of the largest term.
package channels

import (
	"math"

	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// A Shape is the sizes of an array [N, C, Len].
type Shape struct{ N, C, Len int }

// short is up to which length elements that lie together are taken one by one: a call for each would cost more.
const short = 4

// row is the elements of channel c in example i.
func row[T vec.Float](s Shape, x []T, i, c int) []T {
	at := (i*s.C + c) * s.Len
	return x[at : at+s.Len]
}

// Normalize writes y = (x − mean)·rstd·scale + shift for channel c, and returns mean and var; rstd = (var + eps)^−½.
func Normalize[T vec.Float](s Shape, c int, y, x []T, scale, shift T, eps float64) (mean, variance T) {
	n := float64(s.N * s.Len)
	if s.Len <= short {
		return normalizeShort(s, c, y, x, scale, shift, eps)
	}
	var sum, squares float64
	for i := range s.N {
		sum += float64(vec.Sum(row(s, x, i, c)))
	}
	mean = T(sum / n)
	for i := range s.N {
		squares += float64(vec.SumSquaresShift(row(s, x, i, c), mean))
	}
	variance = T(squares / n)
	a := T(rstd(variance, eps) * scale)
	for i := range s.N {
		vec.Shifted(row(s, y, i, c), row(s, x, i, c), mean, a, shift)
	}
	return mean, variance
}

func normalizeShort[T vec.Float](s Shape, c int, y, x []T, scale, shift T, eps float64) (mean, variance T) {
	n := float64(s.N * s.Len)
	var sum, squares float64
	for i := range s.N {
		for _, v := range row(s, x, i, c) {
			sum += float64(v)
		}
	}
	mean = T(sum / n)
	for i := range s.N {
		for _, v := range row(s, x, i, c) {
			d := float64(v - mean)
			squares += float64(d * d)
		}
	}
	variance = T(squares / n)
	a := T(rstd(variance, eps) * scale)
	for i := range s.N {
		to := row(s, y, i, c)
		for j, v := range row(s, x, i, c) {
			to[j] = T((v-mean)*a) + shift
		}
	}
	return mean, variance
}

func rstd[T vec.Float](variance T, eps float64) T { return T(1 / math.Sqrt(float64(variance)+eps)) }

// Gradient writes the cotangent of x for channel c, and returns those of scale and shift: with z = (x − mean)·rstd,
//
//	dx = scale·rstd·(dy − mean(dy) − z·mean(dy·z))        dscale = Σ dy·z        dshift = Σ dy
func Gradient[T vec.Float](s Shape, c int, dx, x, dy []T, scale, mean, variance T, eps float64) (dscale, dshift T) {
	n := float64(s.N * s.Len)
	var sum, product float64
	for i := range s.N {
		a, b := sums(row(s, x, i, c), row(s, dy, i, c), mean)
		sum += a
		product += b
	}
	r := float64(rstd(variance, eps))
	z := product * r
	by := float64(scale) * r
	a, b, shift := T(-by*r*z/n), T(by), T(-by*sum/n)
	for i := range s.N {
		to, r, d := row(s, dx, i, c), row(s, x, i, c), row(s, dy, i, c)
		if s.Len <= short {
			for j := range to {
				to[j] = T(T((r[j]-mean)*a)+T(d[j]*b)) + shift
			}
			continue
		}
		vec.Mixed(to, r, d, mean, a, b, shift)
	}
	return T(z), T(sum)
}
