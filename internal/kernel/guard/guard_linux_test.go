package guard

import (
	"runtime/debug"
	"testing"
	"unsafe"
)

func TestFaults(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	for _, n := range []int{0, 1, 3, 1024, 1025} {
		for _, atEnd := range []bool{false, true} {
			s, free := Slice[float32](n, atEnd)
			if len(s) != n {
				t.Fatalf("%d elements, want %d", len(s), n)
			}
			for i := range s {
				s[i]++
			}
			at := -1
			if atEnd {
				at = n
			}
			if !faults((*float32)(unsafe.Add(unsafe.Pointer(unsafe.SliceData(s)), 4*at))) {
				t.Errorf("element %d of %d can be read", at, n)
			}
			free()
		}
	}
}

var sink float32

func faults(p *float32) (did bool) {
	defer func() { did = recover() != nil }()
	sink = *p
	return false
}
