//go:build amd64 && !noasm

package gemm

import (
	"unsafe"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
)

// level is the instruction set of this process.
var level = func() isa {
	switch {
	case cpu.AVX512:
		return avx512
	case cpu.AVX2:
		return avx2
	}
	return plain
}()

// tile computes C[mr×nr] = act(A·B (+ C) + bias), mr ≤ MR and nr the isa's, or mr = 1 and nr that times wide. Element
// (i, k) of A is a[k*lda+i], or a[i*lda+k] with the flag rowMajor.
func tile[T Float](s isa, mr, nr, k int, a *T, lda int, b *T, ldb int, c *T, ldc, flags int, bias *T) {
	switch {
	case s == plain:
		tileGo(mr, nr, k, a, lda, b, ldb, c, ldc, flags, bias)
	case s == avx2 && sizeof[T]() == 4:
		tilefloat32AVX2(mr, nr, k, cast[float32](a), lda, cast[float32](b), ldb, cast[float32](c), ldc, flags, cast[float32](bias))
	case s == avx2:
		tilefloat64AVX2(mr, nr, k, cast[float64](a), lda, cast[float64](b), ldb, cast[float64](c), ldc, flags, cast[float64](bias))
	case sizeof[T]() == 4:
		tilefloat32AVX512(mr, nr, k, cast[float32](a), lda, cast[float32](b), ldb, cast[float32](c), ldc, flags, cast[float32](bias))
	default:
		tilefloat64AVX512(mr, nr, k, cast[float64](a), lda, cast[float64](b), ldb, cast[float64](c), ldc, flags, cast[float64](bias))
	}
}

// pair is tile for 512-bit vectors, over two panels of B whose columns are neighbours: the second begins next elements behind the
// first; ahead is where to begin to fetch what is read later (strip.fetch). Its 24 sums hide what the 12 of one panel leave of the time
// that operands take to arrive.
func pair[T Float](mr, k int, a *T, lda int, b *T, ldb, next int, ahead *T, c *T, ldc, flags int, bias *T) {
	if sizeof[T]() == 4 {
		pairfloat32AVX512(mr, k, cast[float32](a), lda, cast[float32](b), ldb, next, cast[float32](ahead), cast[float32](c), ldc, flags, cast[float32](bias))
	} else {
		pairfloat64AVX512(mr, k, cast[float64](a), lda, cast[float64](b), ldb, next, cast[float64](ahead), cast[float64](c), ldc, flags, cast[float64](bias))
	}
}

// edge is tile, or pair, for 512-bit vectors where the matrix ends: of its columns of B and C, at most 2·NR, only those that there are are
// read and written.
func edge[T Float](mr, cols, k int, a *T, lda int, b *T, ldb, next int, c *T, ldc, flags int, bias *T) {
	if sizeof[T]() == 4 {
		edgefloat32AVX512(mr, cols, k, cast[float32](a), lda, cast[float32](b), ldb, next, cast[float32](c), ldc, flags, cast[float32](bias))
	} else {
		edgefloat64AVX512(mr, cols, k, cast[float64](a), lda, cast[float64](b), ldb, next, cast[float64](c), ldc, flags, cast[float64](bias))
	}
}

func cast[To, From Float](p *From) *To { return (*To)(unsafe.Pointer(p)) }
