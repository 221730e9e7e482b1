//go:build amd64 && !noasm

package gemm

import "unsafe"

// As the choosers of tiles, the functions here are not inlined, so that loops of them can be stopped.

// interleave packs the first columns of MR rows of A and returns how many.
//
//go:noinline
func interleave[T Float](kc int, a []T, lda int, dst []T) int {
	src, to := unsafe.SliceData(a), unsafe.SliceData(dst)
	if sizeof[T]() == 4 {
		n := kc / 4
		if n > 0 {
			interleavefloat32(n, cast[float32](src), lda, cast[float32](to))
		}
		return n * 4
	}
	n := kc / 2
	if n > 0 {
		interleavefloat64(n, cast[float64](src), lda, cast[float64](to))
	}
	return n * 2
}

// copyStrip packs MR rows of A that is stored by columns, and reports that it has.
//
//go:noinline
func copyStrip[T Float](kc int, a []T, lda int, dst []T) bool {
	size := sizeof[T]()
	src, to := (*byte)(unsafe.Pointer(unsafe.SliceData(a))), (*byte)(unsafe.Pointer(unsafe.SliceData(dst)))
	if size == 4 {
		copyRows24(kc, src, lda*size, to)
	} else {
		copyRows48(kc, src, lda*size, to)
	}
	return true
}

// lanes slides over ones and zeros: the mask of the first n of 8 words begins at 8−n.
var lanes = [16]uint32{^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0), ^uint32(0)}

// copyPanel packs a panel of B that is stored by rows, and reports that it has.
//
//go:noinline
func copyPanel[T Float](kc, w, nr int, b []T, ldb int, dst []T) bool {
	size := sizeof[T]()
	src, to := (*byte)(unsafe.Pointer(unsafe.SliceData(b))), (*byte)(unsafe.Pointer(unsafe.SliceData(dst)))
	if w == nr {
		switch nr * size {
		case 64:
			copyRows64(kc, src, ldb*size, to)
			return true
		case 128:
			copyRows128(kc, src, ldb*size, to)
			return true
		}
	}
	const vector = 32
	for at := 0; at < nr*size; at += vector {
		words := min(max(w*size-at, 0), vector) / 4
		from := src
		if words > 0 {
			from = (*byte)(unsafe.Add(unsafe.Pointer(src), at))
		}
		copyRowsMasked(kc, from, ldb*size, (*byte)(unsafe.Add(unsafe.Pointer(to), at)), nr*size, &lanes[8-words])
	}
	return true
}

// transpose packs the first columns and rows of a panel of B that is stored by columns, and returns how many.
//
//go:noinline
func transpose[T Float](kc, w, nr int, b []T, ldb int, dst []T) (cols, rows int) {
	side := 32 / sizeof[T]()
	n := kc / side
	if n == 0 {
		return 0, 0
	}
	for ; cols+side <= w; cols += side {
		src, to := unsafe.SliceData(b[cols*ldb:]), unsafe.SliceData(dst[cols:])
		if side == 8 {
			transposefloat32(n, cast[float32](src), ldb, cast[float32](to), nr)
		} else {
			transposefloat64(n, cast[float64](src), ldb, cast[float64](to), nr)
		}
	}
	return cols, n * side
}
