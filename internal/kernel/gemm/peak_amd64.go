//go:build amd64 && !noasm

package gemm

// Peak multiplies and adds float32 in registers alone, as many times as it returns, each a multiplication and an addition as two: what a
// product can at most reach on one core with the instructions in use. It takes some 5 µs; 0 says that there are no vector instructions.
func Peak() (flops int) {
	const turns, sums = 1000, 24
	switch level {
	case avx512:
		peak512(turns)
		return turns * sums * 2 * 16
	case avx2:
		peak256(turns)
		return turns * sums * 2 * 8
	}
	return 0
}

// They are called through functions of their own, as tiles are.
//
//go:noinline
func peak512(n int) { peakfloat32AVX512(n) }

//go:noinline
func peak256(n int) { peakfloat32AVX2(n) }
