package philox

import "math"

// Normals come in pairs (Box & Muller, A note on the generation of random normal deviates, 1958): for u and v uniform,
// √(−2 ln u)·cos 2πv and √(−2 ln u)·sin 2πv are normal and independent. u is from (0, 1], so that the logarithm is finite.

// Normal32 writes float32s of the standard normal distribution, from block at on: a pair from two words each. u has 32 bits, so that
// none is larger than √(64 ln 2) = 6.66; all is computed in float64 and rounded once.
func Normal32(dst []float32, s Source, at uint32) {
	for ; len(dst) > 0; at++ {
		w0, w1, w2, w3 := s.Block(at)
		a, b := pair((float64(w0)+1)/(1<<32), float64(w1)/(1<<32))
		c, d := pair((float64(w2)+1)/(1<<32), float64(w3)/(1<<32))
		dst = dst[copy(dst, []float32{float32(a), float32(b), float32(c), float32(d)}):]
	}
}

// Normal64 writes float64s of the standard normal distribution, from block at on: a pair from four words. u has 53 bits, so that none
// is larger than √(106 ln 2) = 8.57.
func Normal64(dst []float64, s Source, at uint32) {
	for ; len(dst) > 0; at++ {
		w0, w1, w2, w3 := s.Block(at)
		a, b := pair(float64(bits53(w0, w1)+1)/(1<<53), unit64(w2, w3))
		dst = dst[copy(dst, []float64{a, b}):]
	}
}

func pair(u, v float64) (a, b float64) {
	r := math.Sqrt(-2 * math.Log(u))
	sin, cos := math.Sincos(2 * math.Pi * v)
	return r * cos, r * sin
}
