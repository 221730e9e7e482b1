//go:build amd64 && !noasm

package strided

import (
	"unsafe"

	"github.com/kedja-ml/kedja/internal/kernel/cpu"
)

// transposed is square for as much of it as vectors have assembly for, and returns how much that is.
//
//go:noinline
func transposed[E word](dst, src unsafe.Pointer, n, m, dstRow, srcRow int) (i, j int) {
	var e E
	size := int(unsafe.Sizeof(e))
	if !cpu.AVX2 || size < 4 {
		return 0, 0
	}
	lanes := 32 / size
	i, j = n/lanes*lanes, m/lanes*lanes
	if i == 0 || j == 0 {
		return 0, 0
	}
	if size == 4 {
		transpose32((*byte)(dst), (*byte)(src), i, j, dstRow*size, srcRow*size)
	} else {
		transpose64((*byte)(dst), (*byte)(src), i, j, dstRow*size, srcRow*size)
	}
	return i, j
}
