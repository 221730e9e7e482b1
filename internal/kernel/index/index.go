// Package index moves rows of tables by number: gathers them, and adds them up where they came from.
//
// Tables come in batches: batch b has rows b·n to (b+1)·n−1, and per indices of its own. A number that is out of [0, n) is an
// error that says which.
package index

import "fmt"

// Integer lists the types of indices.
type Integer interface{ int32 | int64 }

// A Number is what can be added up.
type Number interface {
	float32 | float64 | int32 | int64 | uint8
}

// Check returns an error if number i of a list, v, is no row of a table of n.
func Check(v int64, i, n int) error {
	if v < 0 || v >= int64(n) {
		return fmt.Errorf("index %d, number %d of the list, is not in [0, %d)", v, i, n)
	}
	return nil
}

// Gather copies to row i of dst the row of src that index[i] names, for i from lo to hi−1. A row has width bytes.
func Gather[I Integer](dst, src []byte, index []I, per, n, width, lo, hi int) error {
	for i := lo; i < hi; i++ {
		v := int64(index[i])
		if uint64(v) >= uint64(n) {
			return Check(v, i, n)
		}
		from := (i/per*n + int(v)) * width
		switch width {
		case 4:
			*(*[4]byte)(dst[i*4:]) = *(*[4]byte)(src[from:])
		case 8:
			*(*[8]byte)(dst[i*8:]) = *(*[8]byte)(src[from:])
		default:
			copy(dst[i*width:(i+1)*width], src[from:])
		}
	}
	return nil
}

// ScatterAdd writes rows lo to hi−1 of all tables: each is the sum of the rows of u whose index names it, in the order of the
// list. A row has width elements.
func ScatterAdd[T Number, I Integer](y, u []T, index []I, per, n, width, lo, hi int) error {
	clear(y[lo*width : hi*width])
	if len(index) == 0 {
		return nil
	}
	if n == 0 {
		return Check(int64(index[0]), 0, n)
	}
	first, last := lo/n*per, min((hi+n-1)/n*per, len(index)) // the lists of the tables touched
	for i := first; i < last; i++ {
		v := int64(index[i])
		if uint64(v) >= uint64(n) {
			return Check(v, i, n)
		}
		to := i/per*n + int(v)
		if to < lo || to >= hi {
			continue
		}
		if width == 1 {
			y[to] += u[i]
			continue
		}
		row := u[i*width : (i+1)*width]
		for k, d := range y[to*width : (to+1)*width] {
			y[to*width+k] = d + row[k]
		}
	}
	return nil
}

// OneHot writes rows lo to hi−1 of n elements, each with the bits of one at its index and zeros elsewhere.
func OneHot[E Number, I Integer](y []E, index []I, n, lo, hi int) error {
	clear(y[lo*n : hi*n])
	for i := lo; i < hi; i++ {
		v := int64(index[i])
		if uint64(v) >= uint64(n) {
			return Check(v, i, n)
		}
		y[i*n+int(v)] = 1
	}
	return nil
}
