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
		tile32x8(mr, nr, k, cast[float32](a), lda, cast[float32](b), ldb, cast[float32](c), ldc, flags, cast[float32](bias))
	case s == avx2:
		tile64x4(mr, nr, k, cast[float64](a), lda, cast[float64](b), ldb, cast[float64](c), ldc, flags, cast[float64](bias))
	case sizeof[T]() == 4:
		tile32x16(mr, nr, k, cast[float32](a), lda, cast[float32](b), ldb, cast[float32](c), ldc, flags, cast[float32](bias))
	default:
		tile64x8(mr, nr, k, cast[float64](a), lda, cast[float64](b), ldb, cast[float64](c), ldc, flags, cast[float64](bias))
	}
}

func cast[To, From Float](p *From) *To { return (*To)(unsafe.Pointer(p)) }

// Each set of tiles is called through a function of its own, not inlined, so that its prologue lets the garbage collector
// stop a loop of tiles.
//
//go:noinline
func tile32x8(mr, nr, k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc, flags int, bias *float32) {
	switch {
	case nr == wide*16:
		if flags&rowMajor != 0 {
			lda = 1
		}
		tileCol1x8float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
	case flags&rowMajor != 0:
		switch mr {
		case 1:
			tileRow1x2float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 2:
			tileRow2x2float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 3:
			tileRow3x2float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 4:
			tileRow4x2float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 5:
			tileRow5x2float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 6:
			tileRow6x2float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		}
	default:
		switch mr {
		case 1:
			tileCol1x2float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 2:
			tileCol2x2float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 3:
			tileCol3x2float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 4:
			tileCol4x2float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 5:
			tileCol5x2float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 6:
			tileCol6x2float32AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		}
	}
}

//go:noinline
func tile64x4(mr, nr, k int, a *float64, lda int, b *float64, ldb int, c *float64, ldc, flags int, bias *float64) {
	switch {
	case nr == wide*8:
		if flags&rowMajor != 0 {
			lda = 1
		}
		tileCol1x8float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
	case flags&rowMajor != 0:
		switch mr {
		case 1:
			tileRow1x2float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 2:
			tileRow2x2float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 3:
			tileRow3x2float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 4:
			tileRow4x2float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 5:
			tileRow5x2float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 6:
			tileRow6x2float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		}
	default:
		switch mr {
		case 1:
			tileCol1x2float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 2:
			tileCol2x2float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 3:
			tileCol3x2float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 4:
			tileCol4x2float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 5:
			tileCol5x2float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 6:
			tileCol6x2float64AVX2(k, a, lda, b, ldb, c, ldc, flags, bias)
		}
	}
}

//go:noinline
func tile32x16(mr, nr, k int, a *float32, lda int, b *float32, ldb int, c *float32, ldc, flags int, bias *float32) {
	switch {
	case nr == wide*32:
		if flags&rowMajor != 0 {
			lda = 1
		}
		tileCol1x8float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
	case flags&rowMajor != 0:
		switch mr {
		case 1:
			tileRow1x2float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 2:
			tileRow2x2float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 3:
			tileRow3x2float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 4:
			tileRow4x2float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 5:
			tileRow5x2float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 6:
			tileRow6x2float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		}
	default:
		switch mr {
		case 1:
			tileCol1x2float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 2:
			tileCol2x2float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 3:
			tileCol3x2float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 4:
			tileCol4x2float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 5:
			tileCol5x2float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 6:
			tileCol6x2float32AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		}
	}
}

//go:noinline
func tile64x8(mr, nr, k int, a *float64, lda int, b *float64, ldb int, c *float64, ldc, flags int, bias *float64) {
	switch {
	case nr == wide*16:
		if flags&rowMajor != 0 {
			lda = 1
		}
		tileCol1x8float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
	case flags&rowMajor != 0:
		switch mr {
		case 1:
			tileRow1x2float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 2:
			tileRow2x2float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 3:
			tileRow3x2float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 4:
			tileRow4x2float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 5:
			tileRow5x2float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 6:
			tileRow6x2float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		}
	default:
		switch mr {
		case 1:
			tileCol1x2float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 2:
			tileCol2x2float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 3:
			tileCol3x2float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 4:
			tileCol4x2float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 5:
			tileCol5x2float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		case 6:
			tileCol6x2float64AVX512(k, a, lda, b, ldb, c, ldc, flags, bias)
		}
	}
}
