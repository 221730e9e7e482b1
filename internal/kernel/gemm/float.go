package gemm

import "unsafe"

// Float lists the element types that have kernels.
type Float interface{ float32 | float64 }

// Activation is applied to an element of C after the bias, when its last block of K is stored.
type Activation uint8

// The activations. ReLU is x for x ≥ 0, 0 for x < 0; NaN stays NaN and −0 stays −0.
const (
	Identity Activation = iota
	ReLU
)

// MR is the number of rows of a tile of C.
const MR = 6

// NR is the number of columns of a tile of C: one or two vectors, chosen by the machine's instruction set.
func NR[T Float]() int { return level.nr(sizeof[T]()) }

// isa is an instruction set that tiles are written for. Every isa adds a tile's products in the same order, so avx2
// and avx512, which both round once per multiply-add, give the same bits.
type isa uint8

const (
	plain isa = iota
	avx2
	avx512
)

func (s isa) nr(size int) int {
	if s == avx512 {
		return 128 / size
	}
	return 64 / size
}

// fit is the isa to use for a product on a machine that has s: wide tiles lose where a single row does not fill them, and by panels that
// fill the first-level cache while few rows are multiplied by them (measured on Zen 4).
func (s isa) fit(size, m, n int, tb bool) isa {
	if s == avx512 && (m == 1 && n < wide*s.nr(size) || tb && m < 48) {
		return avx2
	}
	return s
}

func sizeof[T Float]() int {
	var x T
	return int(unsafe.Sizeof(x))
}
