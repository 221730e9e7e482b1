package strided

import (
	"math/rand/v2"
	"testing"
	"unsafe"
)

// Any walk over any part of it reads, and writes, what an index computed element by element says.
func TestLoadAndStore(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 4000 {
		var w Walk
		w.Rank = r.IntN(5)
		lo, hi := 0, 0 // the reach of the walk
		for i := range w.Rank {
			w.Dims[i] = 1 + r.IntN(5)
			if r.IntN(6) == 0 {
				w.Dims[i] = 8 + r.IntN(30)
			}
			w.Strides[i] = r.IntN(9) - 3
			if r.IntN(3) == 0 {
				w.Strides[i] = 1
			}
			if e := (w.Dims[i] - 1) * w.Strides[i]; e < 0 {
				lo += e
			} else {
				hi += e
			}
		}
		w.Offset = -lo
		n := w.size()
		src := make([]uint32, hi-lo+1)
		for i := range src {
			src[i] = r.Uint32()
		}
		at := func(k int) int {
			p := w.Offset
			for i := w.Rank - 1; i >= 0; i-- {
				p += k % w.Dims[i] * w.Strides[i]
				k /= w.Dims[i]
			}
			return p
		}
		a, b := 0, n
		if r.IntN(2) == 0 {
			a = r.IntN(n + 1)
			b = a + r.IntN(n-a+1)
		}
		dst := make([]uint32, b-a+2)
		dst[0], dst[b-a+1] = 42, 43
		m := w.Merge()
		Load(unsafe.Pointer(&dst[1]), unsafe.Pointer(&src[0]), 4, m, a, b)
		for k := a; k < b; k++ {
			if dst[1+k-a] != src[at(k)] {
				t.Fatal("load", w, a, b, k)
			}
		}
		if dst[0] != 42 || dst[b-a+1] != 43 {
			t.Fatal("wrote outside", w, a, b)
		}
		back := make([]uint32, len(src))
		if b > a {
			Store(unsafe.Pointer(&back[0]), unsafe.Pointer(&dst[1]), 4, m, a, b)
		}
		for k := a; k < b; k++ {
			if back[at(k)] != src[at(k)] {
				t.Fatal("store", w, a, b, k)
			}
		}
	}
}

func TestWidths(t *testing.T) {
	w := Walk{Rank: 2, Dims: [8]int{2, 3}, Strides: [8]int{1, 2}}
	a, b := []uint8{1, 2, 3, 4, 5, 6}, make([]uint8, 6)
	Load(unsafe.Pointer(&b[0]), unsafe.Pointer(&a[0]), 1, w, 0, 6)
	c, d := []uint16{1, 2, 3, 4, 5, 6}, make([]uint16, 6)
	Load(unsafe.Pointer(&d[0]), unsafe.Pointer(&c[0]), 2, w, 0, 6)
	e, f := []uint64{1, 2, 3, 4, 5, 6}, make([]uint64, 6)
	Load(unsafe.Pointer(&f[0]), unsafe.Pointer(&e[0]), 8, w, 0, 6)
	for i, v := range []uint8{1, 3, 5, 2, 4, 6} {
		if b[i] != v || d[i] != uint16(v) || f[i] != uint64(v) {
			t.Error(i, b[i], d[i], f[i], v)
		}
	}
}
