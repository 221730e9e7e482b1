// Package guard gives tests memory beside pages that may not be touched: a kernel that reads or writes beyond its operand faults
// there. On systems other than Linux the memory is ordinary.
package guard

import "unsafe"

// Slice returns n elements of value 0 that begin right behind a forbidden page and, if atEnd, end right before one instead, and what
// gives the memory back.
func Slice[T any](n int, atEnd bool) (s []T, free func()) {
	var x T
	size := n * int(unsafe.Sizeof(x))
	mem, free := between(size)
	first := unsafe.Pointer(unsafe.SliceData(mem))
	if atEnd {
		first = unsafe.Add(first, len(mem)-size)
	}
	return unsafe.Slice((*T)(first), n), free
}
