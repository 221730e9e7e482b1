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
	stride := 0
	if w.Rank > 0 {
		stride = w.Strides[w.Rank-1]
	}
	switch {
	case hi <= lo:
	case w.near() >= 0:
		loadTransposed[E](dst, src, w, lo, hi)
	case stride == 0 && w.Rank > 0:
		repeat[E](dst, src, w, lo, hi)
	case stride == 1:
		w.rows(lo, hi, func(k, from, n int) { copy(at[E](dst, k-lo, n), at[E](src, from, n)) })
	default:
		w.rows(lo, hi, func(k, from, n int) { gather(at[E](dst, k-lo, n), elementOf[E](src, from), stride) })
	}
}

func gather[E word](dst []E, src unsafe.Pointer, stride int) {
	size := int(unsafe.Sizeof(dst[0]))
	for i := range dst { // an address past either end must not even be formed
		dst[i] = *(*E)(unsafe.Add(src, i*stride*size))
	}
}

// repeat copies elements lo to hi−1 of a walk whose last axis repeats each element.
func repeat[E word](dst, src unsafe.Pointer, w Walk, lo, hi int) {
	times := w.Dims[w.Rank-1]
	first, last := min(hi, (lo+times-1)/times*times), hi/times*times
	if lo < first {
		fill(at[E](dst, 0, first-lo), elementOf[E](src, w.place(lo)))
	}
	if first < last {
		w.Rank--
		stride := 0
		if w.Rank > 0 {
			stride = w.Strides[w.Rank-1]
		}
		w.rows(first/times, last/times, func(k, from, n int) {
			d := at[E](dst, k*times-lo, n*times)
			if times == 2 { // an image made larger
				for i := range n {
					v := *(*E)(elementOf[E](src, from+i*stride))
					d[2*i], d[2*i+1] = v, v
				}
				return
			}
			for i := range n {
				fill(d[i*times:(i+1)*times], elementOf[E](src, from+i*stride))
			}
		})
		w.Rank++
	}
	if last = max(first, last); last < hi {
		fill(at[E](dst, last-lo, hi-last), elementOf[E](src, w.place(last)))
	}
}

// fill writes one element everywhere: longer runs by copying what is there.
func fill[E word](dst []E, v unsafe.Pointer) {
	e, short := *(*E)(v), dst[:min(len(dst), 16)]
	for i := range short {
		short[i] = e
	}
	for n := len(short); n < len(dst); n *= 2 {
		copy(dst[n:], dst[:n])
	}
}

// elementOf is the address of element i of p.
func elementOf[E word](p unsafe.Pointer, i int) unsafe.Pointer {
	var e E
	return unsafe.Add(p, i*int(unsafe.Sizeof(e)))
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
