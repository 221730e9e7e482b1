//go:build amd64 && !noasm

package gemm

// pair is tile for 512-bit vectors, over two panels of B whose columns are neighbours: the second begins next elements behind the
// first; ahead is where to begin to fetch what is read later (strip.fetch). Its 24 sums hide what the 12 of one panel leave of the time
// that operands take to arrive.
func pair[T Float](mr, k int, a *T, lda int, b *T, ldb, next int, ahead *T, c *T, ldc, flags int, bias *T) {
	if sizeof[T]() == 4 {
		pair32(mr, k, cast[float32](a), lda, cast[float32](b), ldb, next, cast[float32](ahead), cast[float32](c), ldc, flags, cast[float32](bias))
	} else {
		pair64(mr, k, cast[float64](a), lda, cast[float64](b), ldb, next, cast[float64](ahead), cast[float64](c), ldc, flags, cast[float64](bias))
	}
}

//go:noinline
func pair32(mr, k int, a *float32, lda int, b *float32, ldb, next int, ahead *float32, c *float32, ldc, flags int, bias *float32) {
	if flags&rowMajor != 0 {
		switch mr {
		case 1:
			tileRow1x4float32AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
		case 2:
			tileRow2x4float32AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
		case 3:
			tileRow3x4float32AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
		case 4:
			tileRow4x4float32AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
		case 5:
			tileRow5x4float32AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
		case 6:
			tileRow6x4float32AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
		}
		return
	}
	switch mr {
	case 1:
		tileCol1x4float32AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
	case 2:
		tileCol2x4float32AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
	case 3:
		tileCol3x4float32AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
	case 4:
		tileCol4x4float32AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
	case 5:
		tileCol5x4float32AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
	case 6:
		tileCol6x4float32AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
	}
}

//go:noinline
func pair64(mr, k int, a *float64, lda int, b *float64, ldb, next int, ahead *float64, c *float64, ldc, flags int, bias *float64) {
	if flags&rowMajor != 0 {
		switch mr {
		case 1:
			tileRow1x4float64AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
		case 2:
			tileRow2x4float64AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
		case 3:
			tileRow3x4float64AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
		case 4:
			tileRow4x4float64AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
		case 5:
			tileRow5x4float64AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
		case 6:
			tileRow6x4float64AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
		}
		return
	}
	switch mr {
	case 1:
		tileCol1x4float64AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
	case 2:
		tileCol2x4float64AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
	case 3:
		tileCol3x4float64AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
	case 4:
		tileCol4x4float64AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
	case 5:
		tileCol5x4float64AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
	case 6:
		tileCol6x4float64AVX512(k, a, lda, b, ldb, next, ahead, c, ldc, flags, bias)
	}
}
