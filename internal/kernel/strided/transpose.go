package strided

import "unsafe"

//go:generate go run ./internal/gen -out asm_amd64.s -stubs asm_amd64.go -pkg strided

// block is the side of the squares that are transposed one by one, so that they stay in cache.
const block = 32

// near is the axis of a transposition, contiguous where the last axis is far apart; −1 if the walk is of another kind.
func (w *Walk) near() int {
	inner := w.Rank - 1
	if inner < 1 || w.Strides[inner] <= 1 || w.Dims[inner] < 8 {
		return -1
	}
	for i := inner - 1; i >= 0; i-- {
		if w.Strides[i] == 1 && w.Dims[i] >= 8 {
			return i
		}
	}
	return -1
}

// part is indices lo to hi−1 of the first axis.
func (w Walk) part(lo, hi int) Walk {
	w.Offset += lo * w.Strides[0]
	w.Dims[0] = hi - lo
	return w
}

// below is what lies at index i of the first axis.
func (w Walk) below(i int) Walk {
	b := Walk{Rank: w.Rank - 1, Offset: w.Offset + i*w.Strides[0]}
	copy(b.Dims[:], w.Dims[1:])
	copy(b.Strides[:], w.Strides[1:])
	return b
}

// loadTransposed copies elements lo to hi−1 of a walk that has a near axis: whole indices of the first axis in squares, and what is left at
// either end by itself.
func loadTransposed[E word](dst, src unsafe.Pointer, w Walk, lo, hi int) {
	var e E
	each := w.size() / w.Dims[0]
	first, last := (lo+each-1)/each, hi/each
	to := func(k int) unsafe.Pointer { return unsafe.Add(dst, (k-lo)*int(unsafe.Sizeof(e))) }
	if end := min(hi, first*each); lo < end {
		load[E](dst, src, w.below(first-1), lo-(first-1)*each, end-(first-1)*each)
	}
	if first < last {
		if body := w.part(first, last); body.near() >= 0 {
			squares[E](to(first*each), src, body)
		} else {
			body.each(func(k, from, n int) {
				gather(at[E](to(first*each), k, n), elementOf[E](src, from), body.Strides[body.Rank-1])
			})
		}
	}
	if first <= last && last*each < hi {
		load[E](to(last*each), src, w.below(last), 0, hi-last*each)
	}
}

// each is rows over all of the walk.
func (w Walk) each(f func(k, at, n int)) { w.rows(0, w.size(), f) }

// squares copies a whole walk that has a near axis.
func squares[E word](dst, src unsafe.Pointer, w Walk) {
	inner, near := w.Rank-1, w.near()
	// Walk over the other axes; in each, transpose a Dims[near] × Dims[inner] matrix.
	other := Walk{Offset: w.Offset}
	var to, out [8]int // strides of the destination along the other axes, and along all
	dense := 1
	for i := inner; i >= 0; i-- {
		out[i] = dense
		dense *= w.Dims[i]
	}
	for i := range inner {
		if i != near {
			other.Dims[other.Rank], other.Strides[other.Rank], to[other.Rank] = w.Dims[i], w.Strides[i], out[i]
			other.Rank++
		}
	}
	n, m, far, row := w.Dims[near], w.Dims[inner], w.Strides[inner], out[near]
	for k := range other.size() {
		from, dest, rest := other.Offset, 0, k
		for i := other.Rank - 1; i >= 0; i-- {
			j := rest % other.Dims[i]
			rest /= other.Dims[i]
			from += j * other.Strides[i]
			dest += j * to[i]
		}
		for i := 0; i < n; i += block {
			for j := 0; j < m; j += block {
				square[E](elementOf[E](dst, dest+i*row+j), elementOf[E](src, from+j*far+i), min(block, n-i), min(block, m-j), row, far)
			}
		}
	}
}

// square copies element (j, i) of src to (i, j) of dst, for i < n and j < m ≤ block; rows begin so many elements apart.
func square[E word](dst, src unsafe.Pointer, n, m, dstRow, srcRow int) {
	i, j := transposed[E](dst, src, n, m, dstRow, srcRow) // of whole vectors
	plain := func(i0, i1, j0, j1 int) {
		for i := i0; i < i1; i++ {
			gather(at[E](dst, i*dstRow+j0, j1-j0), elementOf[E](src, j0*srcRow+i), srcRow)
		}
	}
	if j < m {
		plain(0, i, j, m)
	}
	if i < n {
		plain(i, n, 0, m)
	}
}
