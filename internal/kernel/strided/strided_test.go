package strided

import (
	"math/rand/v2"
	"testing"
	"unsafe"
)

// Any walk over any part of it reads, and writes, what an index computed element by element says.
func TestLoadAndStore(t *testing.T) {
	t.Run("1 byte", testLoadAndStore[uint8])
	t.Run("2 bytes", testLoadAndStore[uint16])
	t.Run("4 bytes", testLoadAndStore[uint32])
	t.Run("8 bytes", testLoadAndStore[uint64])
}

func testLoadAndStore[E word](t *testing.T) {
	size := int(unsafe.Sizeof(E(0)))
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		var w Walk
		w.Rank = r.IntN(5)
		lo, hi := 0, 0 // the reach of the walk
		for i := range w.Rank {
			w.Dims[i] = 1 + r.IntN(5)
			if r.IntN(4) == 0 && w.size() < 3000 {
				w.Dims[i] = 8 + r.IntN(40)
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
		src := make([]E, hi-lo+1)
		for i := range src {
			src[i] = E(r.Uint64())
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
		dst := make([]E, b-a+2)
		dst[0], dst[b-a+1] = 42, 43
		m := w.Merge()
		Load(unsafe.Pointer(&dst[1]), unsafe.Pointer(&src[0]), size, m, a, b)
		for k := a; k < b; k++ {
			if dst[1+k-a] != src[at(k)] {
				t.Fatal("load", w, a, b, k)
			}
		}
		if dst[0] != 42 || dst[b-a+1] != 43 {
			t.Fatal("wrote outside", w, a, b)
		}
		back := make([]E, len(src))
		if b > a {
			Store(unsafe.Pointer(&back[0]), unsafe.Pointer(&dst[1]), size, m, a, b)
		}
		for k := a; k < b; k++ {
			if back[at(k)] != src[at(k)] {
				t.Fatal("store", w, a, b, k)
			}
		}
	}
}

// Transposing and repeating, at the sizes of an image and of a matrix.
func BenchmarkLoad(b *testing.B) {
	for _, c := range []struct {
		name string
		w    Walk
	}{
		{"transpose 512x512", Walk{Rank: 2, Dims: [8]int{512, 512}, Strides: [8]int{1, 512}}},
		{"channels last 8x64x32x32", Walk{Rank: 3, Dims: [8]int{8, 1024, 64}, Strides: [8]int{65536, 1, 1024}}},
		{"twice as large 64x16x16", Walk{Rank: 4, Dims: [8]int{1024, 2, 16, 2}, Strides: [8]int{16, 0, 1, 0}}},
		{"over an image 512x256", Walk{Rank: 2, Dims: [8]int{512, 256}, Strides: [8]int{1, 0}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			x, y := make([]float32, 1<<19), make([]float32, 1<<19)
			b.SetBytes(int64(4 * c.w.size()))
			for b.Loop() {
				Load(unsafe.Pointer(&y[0]), unsafe.Pointer(&x[0]), 4, c.w, 0, c.w.size())
			}
		})
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
