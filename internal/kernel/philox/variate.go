package philox

import "math"

// Some variates take a number of random words that is not known ahead. Element i of such a draw has a source of its own, whose seed and step
// are the words of block i: what it takes does not depend on its neighbours.

// own is what one element draws from, in order.
type own struct {
	Source
	at   uint32
	rest [2]uint32
	half bool
}

func (s Source) own(i uint32) own {
	w0, w1, w2, w3 := s.Block(i)
	return own{Source: Source{Seed: uint64(w1)<<32 | uint64(w0), Step: uint64(w3)<<32 | uint64(w2), Stream: s.Stream}}
}

// unit is uniform on (0, 1), without the ends: 52 bits of two words, and a half.
func (o *own) unit() float64 {
	hi, lo := o.rest[0], o.rest[1]
	if !o.half {
		hi, lo, o.rest[0], o.rest[1] = o.Block(o.at)
		o.at++
	}
	o.half = !o.half
	return (float64(uint64(hi)<<20|uint64(lo)>>12) + 0.5) / (1 << 52)
}

// normal takes two of them (Box & Muller, 1958).
func (o *own) normal() float64 {
	u, v := o.unit(), o.unit()
	return math.Sqrt(-2*math.Log(u)) * math.Cos(2*math.Pi*v)
}

// LogGamma writes logarithms of gamma variates of the given shapes, from block at on: log of a variate of shape a ≥ 1 by squeezed rejection
// (Marsaglia & Tsang, A simple method for generating gamma variables, ACM TOMS 26(3), 2000), below by that of a + 1 and a power of a
// uniform one, which does not vanish in logarithms. A shape below 0 gives NaN, and 0 gives −∞.
func LogGamma[T float32 | float64](dst, shape []T, s Source, at uint32) {
	for i, a := range shape[:len(dst)] {
		o := s.own(at + uint32(i))
		dst[i] = T(o.logGamma(float64(a)))
	}
}

func (o *own) logGamma(a float64) float64 {
	switch {
	case !(a >= 0):
		return math.NaN()
	case a == 0:
		return math.Inf(-1)
	case math.IsInf(a, 1):
		return a
	case a < 1:
		boost := math.Log(o.unit()) / a
		return boost + o.logGamma(a+1)
	}
	d := a - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		z := o.normal()
		t := 1 + c*z
		if t <= 0 {
			continue
		}
		log := 3 * math.Log(t)
		if math.Log(o.unit()) < z*z/2+d*(1-t*t*t+log) {
			return math.Log(d) + log
		}
	}
}

// Poisson writes Poisson variates of the given means, from block at on: by products of uniforms below 10, and from there on by transformed
// rejection (Hörmann, The transformed rejection method for generating Poisson random variables, 1993, algorithm PTRS). A mean below 0 gives
// NaN.
func Poisson[T float32 | float64](dst, mean []T, s Source, at uint32) {
	for i, m := range mean[:len(dst)] {
		o := s.own(at + uint32(i))
		dst[i] = T(o.poisson(float64(m)))
	}
}

func (o *own) poisson(m float64) float64 {
	switch {
	case !(m >= 0):
		return math.NaN()
	case math.IsInf(m, 1):
		return m
	case m < 10:
		end, k := math.Exp(-m), 0.0
		for p := o.unit(); p > end; p *= o.unit() {
			k++
		}
		return k
	}
	b := 0.931 + 2.53*math.Sqrt(m)
	a := -0.059 + 0.02483*b
	inverse, easy := 1.1239+1.1328/(b-3.4), 0.9277-3.6224/(b-2)
	for {
		u, v := o.unit()-0.5, o.unit()
		edge := 0.5 - math.Abs(u)
		k := math.Floor((2*a/edge+b)*u + m + 0.43)
		if edge >= 0.07 && v <= easy {
			return k
		}
		if k < 0 || edge < 0.013 && v > edge {
			continue
		}
		lgamma, _ := math.Lgamma(k + 1)
		if math.Log(v*inverse/(a/(edge*edge)+b)) <= k*math.Log(m)-m-lgamma {
			return k
		}
	}
}
