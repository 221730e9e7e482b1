package exec

import "unsafe"

// aligned returns n bytes that begin at a multiple of a cache line.
func aligned(n int) []byte {
	words := make([]uint64, (n+align+7)/8)
	all := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), len(words)*8)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(all))) % align)
	return all[skip : skip+n : skip+n]
}
