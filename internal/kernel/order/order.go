// Package order ranks the elements of rows: it sorts them, and finds the first few.
//
// NaN is larger than any number, and −0 equals 0. Of equals the one with the lower number comes first, in either direction, so that a
// ranking is the only one.
package order

import (
	"cmp"
	"math"
	"slices"
	"unsafe"
)

// A Number is what can be ranked.
type Number interface {
	float32 | float64 | int32 | int64 | uint8
}

// ahead reports whether a comes before b by value.
func ahead[T Number](a, b T, descending bool) bool {
	if descending {
		return a > b || a != a && b == b
	}
	return a < b || b != b && a == a
}

// Top writes the first len(index) elements of x in the ranking, and their numbers. It takes O(n log k).
func Top[T Number](values []T, index []int32, x []T, descending bool) {
	k := len(index)
	if k == 0 {
		return
	}
	for i := range index {
		index[i] = int32(i)
	}
	for i := k/2 - 1; i >= 0; i-- {
		sift(index, i, x, descending)
	}
	for i, v := range x[k:] { // the last of those chosen is on top; of equals it was there first
		if ahead(v, x[index[0]], descending) {
			index[0] = int32(k + i)
			sift(index, 0, x, descending)
		}
	}
	for m := k - 1; m > 0; m-- {
		index[0], index[m] = index[m], index[0]
		sift(index[:m], 0, x, descending)
	}
	for i, j := range index {
		values[i] = x[j]
	}
}

// sift moves element i of a heap, of which the last in the ranking is on top, to its place.
func sift[T Number](heap []int32, i int, x []T, descending bool) {
	for {
		c := 2*i + 1
		if c >= len(heap) {
			return
		}
		if c+1 < len(heap) && after(heap[c+1], heap[c], x, descending) {
			c++
		}
		if !after(heap[c], heap[i], x, descending) {
			return
		}
		heap[i], heap[c] = heap[c], heap[i]
		i = c
	}
}

// after reports whether element i of x comes after element j in the ranking.
func after[T Number](i, j int32, x []T, descending bool) bool {
	if a, b := x[i], x[j]; a != b && (a == a || b == b) {
		return ahead(b, a, descending)
	}
	return i > j
}

// wide is a key of 64 bits with the number of its element.
type wide struct {
	key uint64
	at  int32
}

// Scratch is how many bytes Sort needs for each element of T's size.
func Scratch(size int) int {
	if size == 8 {
		return int(unsafe.Sizeof(wide{}))
	}
	return 8
}

// Sort writes the ranking of x, and the numbers of its elements. mem has Scratch bytes for each element.
func Sort[T Number](values []T, index []int32, x []T, descending bool, mem unsafe.Pointer) {
	flip := uint64(0)
	if descending {
		flip = math.MaxUint64
	}
	var v T
	if unsafe.Sizeof(v) == 8 {
		pairs := unsafe.Slice((*wide)(mem), len(x))
		for i, v := range x {
			pairs[i] = wide{key(v) ^ flip, int32(i)}
		}
		slices.SortFunc(pairs, compare)
		for i, p := range pairs {
			index[i] = p.at
		}
	} else { // key and number are one word
		words := unsafe.Slice((*uint64)(mem), len(x))
		for i, v := range x {
			words[i] = (key(v)^flip)<<32 | uint64(i)
		}
		slices.Sort(words)
		for i, p := range words {
			index[i] = int32(uint32(p))
		}
	}
	for i, j := range index {
		values[i] = x[j]
	}
}

func compare(a, b wide) int {
	if c := cmp.Compare(a.key, b.key); c != 0 {
		return c
	}
	return int(a.at - b.at)
}

// key is a number that is ordered as v is, of 64 bits if v has as many, else of 32.
func key[T Number](v T) uint64 {
	const top32, top64 = 1 << 31, 1 << 63
	switch v := any(v).(type) {
	case float32:
		switch b := math.Float32bits(v); {
		case v != v:
			return math.MaxUint32
		case v == 0:
			return top32
		case b&top32 != 0:
			return uint64(^b)
		default:
			return uint64(b | top32)
		}
	case float64:
		switch b := math.Float64bits(v); {
		case v != v:
			return math.MaxUint64
		case v == 0:
			return top64
		case b&top64 != 0:
			return ^b
		default:
			return b | top64
		}
	case int32:
		return uint64(uint32(v) ^ top32)
	case int64:
		return uint64(v) ^ top64
	case uint8:
		return uint64(v)
	}
	return 0
}

// Place is the number of elements of an ascending row that come before v, or with right that do not come after it.
func Place[T Number](row []T, v T, right bool) int {
	lo, hi := 0, len(row)
	for lo < hi {
		mid := int(uint(lo+hi) / 2)
		if ahead(row[mid], v, false) || right && !ahead(v, row[mid], false) {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}
