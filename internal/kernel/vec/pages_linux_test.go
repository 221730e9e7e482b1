package vec

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"unsafe"
)

// A walled has room for elements between two pages that nobody may touch.
type walled[T any] []T

func wall[T any](t *testing.T, room int) walled[T] {
	var v T
	page := syscall.Getpagesize()
	inside := (room*int(unsafe.Sizeof(v)) + page - 1) / page * page
	mem, err := syscall.Mmap(-1, 0, inside+2*page, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = syscall.Munmap(mem) })
	for _, side := range [][]byte{mem[:page], mem[page+inside:]} {
		if err := syscall.Mprotect(side, syscall.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&mem[page])), inside/int(unsafe.Sizeof(v)))
}

// of is n elements right behind the first wall, or right before the second.
func (w walled[T]) of(n int, last bool) []T {
	if last {
		return w[len(w)-n:]
	}
	return w[:n:n]
}

// Nothing is read or written beside operands, not even to be thrown away: their neighbours are pages that fault.
func TestWalls(t *testing.T) { both(t, testWalls[float32], testWalls[float64]) }

func testWalls[T Float](t *testing.T) {
	const most = 300
	r := rand.New(rand.NewPCG(13, 14))
	var rooms [9]walled[T]
	for i := range rooms {
		rooms[i] = wall[T](t, most)
		copy(rooms[i], draw[T](r, len(rooms[i])))
	}
	flags := wall[bool](t, most)
	for n := range most {
		if n > 140 && n%37 != 0 {
			continue
		}
		for _, last := range []bool{true, false} {
			var s [9][]T
			for i := range s {
				s[i] = rooms[i].of(n, last)
			}
			dst, x, y := s[0], s[1], s[2]
			for _, f := range all[T]() {
				f.f(dst, x, y)
			}
			for _, f := range slopes[T]() {
				f.f(dst, x, y)
			}
			b := flags.of(n, last)
			Less(b, x, y)
			Select(dst, b, x, y)
			Normalized(dst, x, y, s[3], 0.1, 0.2)
			MixedScaled(dst, x, y, s[3], 0.1, 0.2, 0.3, 0.4)
			Adam(s[6], s[7], s[8], s[0], s[1], s[2], s[3], s[4], s[5], 0.9, 0.1, 0.9, 0.1, 0.1)
			_, _ = NormSums(x, y, s[3], s[4], s[5], 0.1, 0.2)
			_ = RMSSums(x, y, s[3], s[4], 0.1)
			_, _ = Moments(x)
			_, _ = SumDotShift(x, y, 0.1)
			_ = Sum(x) + Dot(x, y) + SumSquaresShift(x, 0.1) + DotShift(x, y, 0.1) + ExpSumShift(dst, x, 0.1) + ExpSum(x, 0.1) + Max(x)
			_ = HasNaN(x) || NonFinite(x)
		}
	}
}
