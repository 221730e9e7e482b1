package vec

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func TestComparisons(t *testing.T) { both(t, testComparisons[float32], testComparisons[float64]) }

func testComparisons[T Float](t *testing.T) {
	compare := func(t fatal, x, y []T, offset int) {
		t.Helper()
		for _, f := range []struct {
			name     string
			f, plain func(dst []bool, x, y []T)
		}{
			{"Less", Less[T], lessGo[T]},
			{"LessEqual", LessEqual[T], lessEqualGo[T]},
			{"Equal", Equal[T], equalGo[T]},
			{"NotEqual", NotEqual[T], notEqualGo[T]},
		} {
			for _, guardValue := range []bool{false, true} {
				g, want := guard(len(x), offset, guardValue), make([]bool, len(x))
				f.f(g.in, x, y)
				f.plain(want, x, y)
				g.check(t, f.name)
				for i, w := range want {
					if g.in[i] != w {
						t.Fatalf("%s of %v and %v, element %d of %d: %v", f.name, x[i], y[i], i, len(x), !w)
					}
				}
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range lengths() {
		x, y := draw[T](r, n), draw[T](r, n)
		for i := range x {
			if r.IntN(3) == 0 {
				y[i] = x[i]
			}
		}
		compare(t, x, y, n%17)
	}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(anyFloat[T](), 0, 70).Draw(t, "x")
		y := rapid.SliceOfN(anyFloat[T](), len(x), len(x)).Draw(t, "y")
		compare(t, x, y, rapid.IntRange(0, 31).Draw(t, "offset"))
	})
}

func TestSelect(t *testing.T) {
	t.Run("float32", func(t *testing.T) { testSelect(t, func(v uint64) float32 { return float32(v % 1000) }) })
	t.Run("float64", func(t *testing.T) { testSelect(t, func(v uint64) float64 { return float64(v) }) })
	t.Run("int32", func(t *testing.T) { testSelect(t, func(v uint64) int32 { return int32(v) }) })
	t.Run("int64", func(t *testing.T) { testSelect(t, func(v uint64) int64 { return int64(v) }) })
	t.Run("uint8", func(t *testing.T) { testSelect(t, func(v uint64) uint8 { return uint8(v) }) })
	t.Run("bool", func(t *testing.T) { testSelect(t, func(v uint64) bool { return v&1 != 0 }) })
}

func testSelect[T Element](t *testing.T, of func(uint64) T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range lengths() {
		cond, x, y, want := make([]bool, n), make([]T, n), make([]T, n), make([]T, n)
		for i := range cond {
			cond[i], x[i], y[i] = r.IntN(2) == 0, of(r.Uint64()), of(r.Uint64())
			if want[i] = y[i]; cond[i] {
				want[i] = x[i]
			}
		}
		for where := range 3 {
			g := guard(n, n%9, of(42))
			a, b := x, y
			switch where {
			case 1:
				a = g.in
				copy(a, x)
			case 2:
				b = g.in
				copy(b, y)
			}
			Select(g.in, cond, a, b)
			g.check(t, "Select")
			for i, w := range want {
				if g.in[i] != w {
					t.Fatalf("element %d of %d is %v, want %v", i, n, g.in[i], w)
				}
			}
		}
	}
}

func TestFillAndCopy(t *testing.T) {
	for _, n := range lengths() {
		g := guard(n, n%9, int32(42))
		Fill(g.in, 7)
		g.check(t, "Fill")
		for i, v := range g.in {
			if v != 7 {
				t.Fatalf("element %d of %d is %d", i, n, v)
			}
		}
		h := guard(n, n%5, int32(43))
		Copy(h.in, g.in)
		h.check(t, "Copy")
		for i, v := range h.in {
			if v != 7 {
				t.Fatalf("element %d of %d is %d", i, n, v)
			}
		}
	}
}
