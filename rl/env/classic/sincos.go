package classic

import "math"

// sincos is within about 0.55 units of the last place for angles up to half a radian, which poles that have not fallen keep: closer than
// math.Sincos, so that episodes follow Gymnasium's, whose library is that close too, for as long as an unstable system lets them.
// The series of Taylor are added to their leading terms last, which leaves little of their own rounding.
func sincos(x float64) (sin, cos float64) {
	if !(math.Abs(x) <= 0.5) {
		return math.Sincos(x)
	}
	r := float64(x * x)
	s := 1.0 / 1307674368000
	for _, k := range [...]float64{1.0 / 6227020800, 1.0 / 39916800, 1.0 / 362880, 1.0 / 5040, 1.0 / 120, 1.0 / 6} {
		s = k - float64(r*s)
	}
	sin = x - float64(float64(x*r)*s)
	c := 1.0 / 20922789888000
	for _, k := range [...]float64{1.0 / 87178291200, 1.0 / 479001600, 1.0 / 3628800, 1.0 / 40320, 1.0 / 720, 1.0 / 24} {
		c = k - float64(r*c)
	}
	half := 0.5 * r
	w := 1 - half
	cos = w + (((1 - w) - half) + float64(float64(r*r)*c))
	return sin, cos
}
