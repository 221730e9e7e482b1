package strided

import "unsafe"

type word interface {
	uint8 | uint16 | uint32 | uint64
}

// at returns n elements of p from element i on.
func at[E word](p unsafe.Pointer, i, n int) []E {
	var e E
	return unsafe.Slice((*E)(unsafe.Add(p, i*int(unsafe.Sizeof(e)))), n)
}

func load[E word](dst, src unsafe.Pointer, w Walk, lo, hi int) {
	if lo == 0 && w.Rank >= 2 && w.Strides[w.Rank-1] > 1 && hi == w.size() {
		if loadTransposed[E](dst, src, w) {
			return
		}
	}
	stride := 0
	if w.Rank > 0 {
		stride = w.Strides[w.Rank-1]
	}
	w.rows(lo, hi, func(k, from, n int) {
		d := at[E](dst, k-lo, n)
		switch stride {
		case 1:
			copy(d, at[E](src, from, n))
		case 0:
			v := at[E](src, from, 1)[0]
			for i := range d {
				d[i] = v
			}
		default:
			gather(d, unsafe.Add(src, from*int(unsafe.Sizeof(d[0]))), stride)
		}
	})
}

func gather[E word](dst []E, src unsafe.Pointer, stride int) {
	size := int(unsafe.Sizeof(dst[0]))
	for i := range dst { // an address past either end must not even be formed
		dst[i] = *(*E)(unsafe.Add(src, i*stride*size))
	}
}

// loadTransposed copies a whole array whose last axis is far apart and another one contiguous, in square blocks that
// stay in cache. It reports whether the layout is of that kind.
func loadTransposed[E word](dst, src unsafe.Pointer, w Walk) bool {
	inner, near := w.Rank-1, -1
	for i := range inner {
		if w.Strides[i] == 1 {
			near = i
		}
	}
	if near < 0 || w.Dims[near] < 8 || w.Dims[inner] < 8 {
		return false
	}
	// Walk over the other axes; in each, transpose a Dims[near] × Dims[inner] matrix.
	other := Walk{Offset: w.Offset}
	var to [8]int // strides of the destination along the other axes
	dense := 1
	var out [8]int
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
	const block = 32
	n, m, far := w.Dims[near], w.Dims[inner], w.Strides[inner]
	span := (m-1)*far + n
	for k := range other.size() {
		from, dest, rest := other.Offset, 0, k
		for i := other.Rank - 1; i >= 0; i-- {
			j := rest % other.Dims[i]
			rest /= other.Dims[i]
			from += j * other.Strides[i]
			dest += j * to[i]
		}
		s, d := at[E](src, from, span), at[E](dst, dest, (n-1)*out[near]+m)
		for i0 := 0; i0 < n; i0 += block {
			i1 := min(n, i0+block)
			for j0 := 0; j0 < m; j0 += block {
				j1 := min(m, j0+block)
				for i := i0; i < i1; i++ {
					row := d[i*out[near]+j0 : i*out[near]+j1]
					at := j0*far + i
					for j := range row {
						row[j] = s[at]
						at += far
					}
				}
			}
		}
	}
	return true
}

func store[E word](dst, src unsafe.Pointer, w Walk, lo, hi int) {
	stride := 0
	if w.Rank > 0 {
		stride = w.Strides[w.Rank-1]
	}
	w.rows(lo, hi, func(k, to, n int) {
		s := at[E](src, k-lo, n)
		if stride == 1 {
			copy(at[E](dst, to, n), s)
			return
		}
		size := int(unsafe.Sizeof(s[0]))
		for i, v := range s {
			*(*E)(unsafe.Add(dst, (to+i*stride)*size)) = v
		}
	})
}
