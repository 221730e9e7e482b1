package philox

// How many elements a block yields.
const (
	Float32s = 4
	Float64s = 2
)

// Uniform32 writes float32s from [0, 1), from block at on: the 24 upper bits of a word each, over 2²⁴.
func Uniform32(dst []float32, s Source, at uint32) {
	for ; len(dst) >= Float32s; at++ {
		w0, w1, w2, w3 := s.Block(at)
		dst[0], dst[1], dst[2], dst[3] = unit32(w0), unit32(w1), unit32(w2), unit32(w3)
		dst = dst[Float32s:]
	}
	if len(dst) > 0 {
		w0, w1, w2, _ := s.Block(at)
		copy(dst, []float32{unit32(w0), unit32(w1), unit32(w2)})
	}
}

func unit32(w uint32) float32 { return float32(w>>8) / (1 << 24) }

// Uniform64 writes float64s from [0, 1), from block at on: 53 bits of two words each, over 2⁵³.
func Uniform64(dst []float64, s Source, at uint32) {
	for ; len(dst) >= Float64s; at++ {
		w0, w1, w2, w3 := s.Block(at)
		dst[0], dst[1] = unit64(w0, w1), unit64(w2, w3)
		dst = dst[Float64s:]
	}
	if len(dst) > 0 {
		w0, w1, _, _ := s.Block(at)
		dst[0] = unit64(w0, w1)
	}
}

func unit64(hi, lo uint32) float64 { return float64(bits53(hi, lo)) / (1 << 53) }

func bits53(hi, lo uint32) uint64 { return uint64(hi)<<21 | uint64(lo)>>11 }
