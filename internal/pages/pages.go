// Package pages allocates what tensors live in.
package pages

import "unsafe"

// Align is what memory begins at a multiple of: a cache line.
const Align = 64

// huge is the size of what the processor can map as one page, of ordinary pages it needs 512 for. Streams are then not stopped
// at every 4 KB, and rows far apart need no page tables read.
const huge = 2 << 20

// Make returns n bytes of zeros, which the garbage collector frees. Larger ones ask the system for huge pages.
func Make(n int) []byte {
	words := make([]uint64, (n+Align+7)/8)
	all := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(words))), len(words)*8)
	if lo := to(all, huge); lo+huge <= len(all) {
		advise(all[lo : lo+(len(all)-lo)&^(huge-1)])
	}
	skip := to(all, Align)
	return all[skip : skip+n : skip+n]
}

// to is how far it is to the next multiple of step.
func to(b []byte, step uintptr) int {
	return int(-uintptr(unsafe.Pointer(unsafe.SliceData(b))) % step)
}
