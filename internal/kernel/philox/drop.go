package philox

import "math"

// Drop32 writes scale·x where the element's word, one of the four of a block, from block at on, is below keep, and 0 elsewhere. It
// masks bits: a branch on a random word is mispredicted half of the time.
func Drop32(dst, x []float32, s Source, at uint32, keep uint64, scale float32) {
	x = x[:len(dst)]
	for ; len(dst) >= 4; at++ {
		w0, w1, w2, w3 := s.Block(at)
		dst[0], dst[1] = kept32(w0, keep, x[0]*scale), kept32(w1, keep, x[1]*scale)
		dst[2], dst[3] = kept32(w2, keep, x[2]*scale), kept32(w3, keep, x[3]*scale)
		dst, x = dst[4:], x[4:]
	}
	w0, w1, w2, _ := s.Block(at)
	for i, w := range [3]uint32{w0, w1, w2} {
		if i < len(dst) {
			dst[i] = kept32(w, keep, x[i]*scale)
		}
	}
}

// Drop64 is Drop32 for float64s, which are kept and dropped by the same words.
func Drop64(dst, x []float64, s Source, at uint32, keep uint64, scale float64) {
	x = x[:len(dst)]
	for ; len(dst) >= 4; at++ {
		w0, w1, w2, w3 := s.Block(at)
		dst[0], dst[1] = kept64(w0, keep, x[0]*scale), kept64(w1, keep, x[1]*scale)
		dst[2], dst[3] = kept64(w2, keep, x[2]*scale), kept64(w3, keep, x[3]*scale)
		dst, x = dst[4:], x[4:]
	}
	w0, w1, w2, _ := s.Block(at)
	for i, w := range [3]uint32{w0, w1, w2} {
		if i < len(dst) {
			dst[i] = kept64(w, keep, x[i]*scale)
		}
	}
}

// below has all bits set if w < keep, which is at most 2³², and none if not.
func below(w uint32, keep uint64) uint64 { return uint64(int64(uint64(w)-keep) >> 63) }

func kept32(w uint32, keep uint64, v float32) float32 {
	return math.Float32frombits(math.Float32bits(v) & uint32(below(w, keep)))
}

func kept64(w uint32, keep uint64, v float64) float64 {
	return math.Float64frombits(math.Float64bits(v) & below(w, keep))
}
