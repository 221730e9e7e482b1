package channels

import "github.com/kedja-ml/kedja/internal/kernel/vec"

// A group is c channels that lie together in one example and are standardised together: c·length elements.

// NormalizeGroup writes y = (x − mean)·rstd·scale + shift for a group, and returns mean and rstd = (var + eps)^−½.
func NormalizeGroup[T vec.Float](y, x, scale, shift []T, eps float64) (mean, deviation T) {
	n, c := T(len(x)), len(scale)
	length := len(x) / c
	mean, squares := vec.Moments(x)
	deviation = rstd(squares/n, eps)
	for k, s := range scale {
		shifted(y[k*length:(k+1)*length], x[k*length:(k+1)*length], mean, T(deviation*s), shift[k])
	}
	return mean, deviation
}

// GradientGroup writes the cotangent of x for a group, and what the group adds to those of scale and shift: with z = (x − mean)·rstd
// and d = dy·scale,
//
//	dx = rstd·(d − mean(d) − z·mean(d·z))        dscale = Σ dy·z        dshift = Σ dy
func GradientGroup[T vec.Float](dx, x, dy, scale []T, mean, rstd T, dscale, dshift []float64) {
	n, c := float64(len(x)), len(scale)
	length := len(x) / c
	var sum, product float64
	for k, s := range scale {
		row, d := x[k*length:(k+1)*length], dy[k*length:(k+1)*length]
		dshift[k], dscale[k] = sums(row, d, mean)
		dscale[k] *= float64(rstd)
		sum += float64(s) * dshift[k]
		product += float64(s) * dscale[k]
	}
	r := float64(rstd)
	a, shift := T(-r*r*product/n), T(-r*sum/n)
	for k, s := range scale {
		mixed(dx[k*length:(k+1)*length], x[k*length:(k+1)*length], dy[k*length:(k+1)*length], mean, a, T(rstd*s), shift)
	}
}

// sums returns Σ d and Σ d·(x − mean).
func sums[T vec.Float](x, d []T, mean T) (sum, product float64) {
	if len(x) > short {
		s, p := vec.SumDotShift(x, d, mean)
		return float64(s), float64(p)
	}
	for i, v := range d {
		sum += float64(v)
		product += float64(float64(v) * float64(x[i]-mean))
	}
	return sum, product
}
