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

// together is how many channels are taken at once. Those of an example lie side by side, so that lines of memory and pages are read
// one after the other where a channel alone is short.
const together = 16

// Normalize writes y = (x − mean)·rstd·scale + shift for channels [lo, hi), and their mean and variance; rstd = (variance + eps)^−½.
func Normalize[T vec.Float](s Shape, lo, hi int, y, x, scale, shift, mean, variance []T, eps float64) {
	n := float64(s.N * s.Len)
	for ; lo < hi; lo += together {
		var sums [together]float64
		some := min(together, hi-lo)
		for i := range s.N {
			for k := range some {
				sums[k] = addSum(sums[k], row(s, x, i, lo+k))
			}
		}
		var squares [together]float64
		for k := range some {
			mean[lo+k] = T(sums[k] / n)
		}
		for i := range s.N {
			for k := range some {
				squares[k] = addSquares(squares[k], row(s, x, i, lo+k), mean[lo+k])
			}
		}
		var by [together]T
		for k := range some {
			variance[lo+k] = T(squares[k] / n)
			by[k] = T(rstd(variance[lo+k], eps) * scale[lo+k])
		}
		for i := range s.N {
			for k := range some {
				shifted(row(s, y, i, lo+k), row(s, x, i, lo+k), mean[lo+k], by[k], shift[lo+k])
			}
		}
	}
}

func addSum[T vec.Float](sum float64, x []T) float64 {
	if len(x) > short {
		return sum + float64(vec.Sum(x))
	}
	for _, v := range x {
		sum += float64(v)
	}
	return sum
}

func addSquares[T vec.Float](sum float64, x []T, mean T) float64 {
	if len(x) > short {
		return sum + float64(vec.SumSquaresShift(x, mean))
	}
	for _, v := range x {
		d := float64(v - mean)
		sum += float64(d * d)
	}
	return sum
}

func shifted[T vec.Float](y, x []T, mean, a, shift T) {
	if len(x) > short {
		vec.Shifted(y, x, mean, a, shift)
		return
	}
	for j, v := range x {
		y[j] = T((v-mean)*a) + shift
	}
}

func rstd[T vec.Float](variance T, eps float64) T { return T(1 / math.Sqrt(float64(variance)+eps)) }

// Gradient writes the cotangent of x for channels [lo, hi), and those of scale and shift: with z = (x − mean)·rstd,
//
//	dx = scale·rstd·(dy − mean(dy) − z·mean(dy·z))        dscale = Σ dy·z        dshift = Σ dy
func Gradient[T vec.Float](s Shape, lo, hi int, dx, x, dy, scale, mean, variance, dscale, dshift []T, eps float64) {
	n := float64(s.N * s.Len)
	for ; lo < hi; lo += together {
		var sum, product [together]float64
		some := min(together, hi-lo)
		for i := range s.N {
			for k := range some {
				a, b := sums(row(s, x, i, lo+k), row(s, dy, i, lo+k), mean[lo+k])
				sum[k] += a
				product[k] += b
			}
		}
		var a, b, shift [together]T
		for k := range some {
			r := float64(rstd(variance[lo+k], eps))
			z := product[k] * r
			by := float64(scale[lo+k]) * r
			a[k], b[k], shift[k] = T(-by*r*z/n), T(by), T(-by*sum[k]/n)
			dscale[lo+k], dshift[lo+k] = T(z), T(sum[k])
		}
		for i := range s.N {
			for k := range some {
				mixed(row(s, dx, i, lo+k), row(s, x, i, lo+k), row(s, dy, i, lo+k), mean[lo+k], a[k], b[k], shift[k])
			}
		}
	}
}

func mixed[T vec.Float](dx, x, dy []T, mean, a, b, shift T) {
	if len(x) > short {
		vec.Mixed(dx, x, dy, mean, a, b, shift)
		return
	}
	for j := range dx {
		dx[j] = T(T((x[j]-mean)*a)+T(dy[j]*b)) + shift
	}
}
