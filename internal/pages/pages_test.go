package pages

import (
	"testing"
	"unsafe"
)

func TestMake(t *testing.T) {
	for _, n := range []int{0, 1, 63, 64, 65, huge - 1, huge, huge + 1, 2*huge - 1, 2 * huge, 5*huge + 17} {
		b := Make(n)
		if len(b) != n || cap(b) != n {
			t.Fatalf("%d bytes: length %d, capacity %d", n, len(b), cap(b))
		}
		if at := uintptr(unsafe.Pointer(unsafe.SliceData(b))); at%Align != 0 {
			t.Errorf("%d bytes begin at %#x", n, at)
		}
		for i := range b {
			if b[i] != 0 {
				t.Fatalf("%d bytes: byte %d is %d", n, i, b[i])
			}
			b[i] = 0xff
		}
	}
}
