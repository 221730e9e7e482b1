// Package strided copies arrays between row-major order and any other affine layout: it is how views are materialised,
// arrays padded and axes exchanged. It moves elements by size and knows no dtype.
package strided

import "unsafe"

// A Walk is one copy: an array of shape Dims whose element i lies at Offset + Σ iₖ·Strides[k], in elements.
type Walk struct {
	Rank    int
	Dims    [8]int
	Strides [8]int
	Offset  int
}

// Merge joins neighbouring axes that are evenly spaced and drops axes of size 1, so that few long loops remain.
func (w Walk) Merge() Walk {
	m := Walk{Offset: w.Offset}
	for i := range w.Rank {
		d, s := w.Dims[i], w.Strides[i]
		if d == 1 {
			continue
		}
		if k := m.Rank - 1; k >= 0 && m.Strides[k] == s*d {
			m.Dims[k] *= d
			m.Strides[k] = s
			continue
		}
		m.Dims[m.Rank], m.Strides[m.Rank] = d, s
		m.Rank++
	}
	return m
}

func (w Walk) size() int {
	n := 1
	for _, d := range w.Dims[:w.Rank] {
		n *= d
	}
	return n
}

// Load writes elements lo to hi−1, in row-major order of the walk, of src to dst[0:hi−lo]. The element size is 1, 2, 4 or 8 bytes.
func Load(dst, src unsafe.Pointer, size int, w Walk, lo, hi int) {
	switch size {
	case 1:
		load[uint8](dst, src, w, lo, hi)
	case 2:
		load[uint16](dst, src, w, lo, hi)
	case 4:
		load[uint32](dst, src, w, lo, hi)
	default:
		load[uint64](dst, src, w, lo, hi)
	}
}

// Store is the transpose of Load: it writes src[0:hi−lo] to the places lo to hi−1 of the walk in dst.
func Store(dst, src unsafe.Pointer, size int, w Walk, lo, hi int) {
	switch size {
	case 1:
		store[uint8](dst, src, w, lo, hi)
	case 2:
		store[uint16](dst, src, w, lo, hi)
	case 4:
		store[uint32](dst, src, w, lo, hi)
	default:
		store[uint64](dst, src, w, lo, hi)
	}
}

// place is where element k of the row-major order lies.
func (w *Walk) place(k int) int {
	at := w.Offset
	for i := w.Rank - 1; i >= 0; i-- {
		at += k % w.Dims[i] * w.Strides[i]
		k /= w.Dims[i]
	}
	return at
}

// rows calls f for each part of an innermost run within [lo, hi): n elements from place at of the walk, the first of which is
// number k of the row-major order.
func (w Walk) rows(lo, hi int, f func(k, at, n int)) {
	if hi <= lo {
		return
	}
	if w.Rank == 0 {
		f(lo, w.Offset, hi-lo)
		return
	}
	inner := w.Rank - 1
	var index [8]int
	rest := lo
	for i := inner; i >= 0; i-- {
		index[i] = rest % w.Dims[i]
		rest /= w.Dims[i]
	}
	for k := lo; k < hi; {
		at := w.Offset
		for i := range w.Rank {
			at += index[i] * w.Strides[i]
		}
		n := min(hi-k, w.Dims[inner]-index[inner])
		f(k, at, n)
		k += n
		index[inner] = 0
		for i := inner - 1; i >= 0; i-- {
			if index[i]++; index[i] < w.Dims[i] {
				break
			}
			index[i] = 0
		}
	}
}
