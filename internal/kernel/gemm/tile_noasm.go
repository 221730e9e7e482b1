//go:build !amd64 || noasm

package gemm

const level = plain

func tile[T Float](_ isa, mr, nr, k int, a *T, lda int, b *T, ldb int, c *T, ldc, flags int, bias *T) {
	tileGo(mr, nr, k, a, lda, b, ldb, c, ldc, flags, bias)
}

// pair and edge are for 512-bit vectors alone.

func pair[T Float](int, int, *T, int, *T, int, int, *T, *T, int, int, *T) {}

func edge[T Float](int, int, int, *T, int, *T, int, int, *T, int, int, *T) {}

// There is no assembly for packing here; the plain loops in pack.go do all of it.

func interleave[T Float](int, []T, int, []T) int { return 0 }

func copyStrip[T Float](int, []T, int, []T) bool { return false }

func copyPanel[T Float](int, int, int, []T, int, []T) bool { return false }

func transpose[T Float](int, int, int, []T, int, []T) (cols, rows int) { return 0, 0 }

// Peak has nothing to measure without assembly.
func Peak() (flops int) { return 0 }
