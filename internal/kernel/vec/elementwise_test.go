package vec

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// An elementwise loop is a function of one or two operands, and its plain twin if that has the same bits.
type elementwise[T Float] struct {
	name     string
	f, plain func(dst, x, y []T)
}

// exact lists what has the same bits in plain Go.
func exact[T Float]() []elementwise[T] {
	one := func(name string, f, plain func(dst, x []T)) elementwise[T] {
		return elementwise[T]{name, func(dst, x, _ []T) { f(dst, x) }, func(dst, x, _ []T) { plain(dst, x) }}
	}
	return []elementwise[T]{
		{"Add", Add[T], addGo[T]},
		{"AddTo", func(dst, x, y []T) { copy(dst, x); AddTo(dst, y) }, addGo[T]},
		{"Sub", Sub[T], subGo[T]},
		{"Mul", Mul[T], mulGo[T]},
		{"Div", Div[T], divGo[T]},
		{"Maximum", Maximum[T], maximumGo[T]},
		{"Minimum", Minimum[T], minimumGo[T]},
		{"AddScaled", func(dst, x, y []T) { AddScaled(dst, x, y, 0.3) }, func(dst, x, y []T) { addScaledGo(dst, x, y, 0.3) }},
		{
			"Mixed", func(dst, x, y []T) { Mixed(dst, x, y, 0.4, 1.3, -0.7, 0.2) },
			func(dst, x, y []T) { mixedGo(dst, x, y, 0.4, 1.3, -0.7, 0.2) },
		},
		{
			"MixedScaled", func(dst, x, y []T) { MixedScaled(dst, x, y, x, 0.4, 1.3, -0.7, 0.2) },
			func(dst, x, y []T) { mixedScaledGo(dst, x, y, x, 0.4, 1.3, -0.7, 0.2) },
		},
		{
			"Normalized", func(dst, x, y []T) { Normalized(dst, x, y, x, 0.4, 1.3) },
			func(dst, x, y []T) { normalizedGo(dst, x, y, x, 0.4, 1.3) },
		},
		{"MulScaled", func(dst, x, y []T) { MulScaled(dst, x, y, 0.3) }, func(dst, x, y []T) { mulScaledGo(dst, x, y, 0.3) }},
		one("Shifted", func(dst, x []T) { Shifted(dst, x, 0.4, 1.3, -0.7) }, func(dst, x []T) { shiftedGo(dst, x, 0.4, 1.3, -0.7) }),
		one("Scale", func(dst, x []T) { Scale(dst, x, -1.7) }, func(dst, x []T) { scaleGo(dst, x, -1.7) }),
		one("Affine", func(dst, x []T) { Affine(dst, x, 1.3, -0.7) }, func(dst, x []T) { affineGo(dst, x, 1.3, -0.7) }),
		one("Neg", Neg[T], negGo[T]),
		one("Abs", Abs[T], absGo[T]),
		one("Square", Square[T], squareGo[T]),
		one("Sqrt", Sqrt[T], sqrtGo[T]),
		one("Rsqrt", Rsqrt[T], rsqrtGo[T]),
		one("Reciprocal", Reciprocal[T], reciprocalGo[T]),
		one("Sign", Sign[T], signGo[T]),
		one("ReLU", ReLU[T], reluGo[T]),
		one("Step", Step[T], stepGo[T]),
		one("LeakyReLU", func(dst, x []T) { LeakyReLU(dst, x, 0.2) }, func(dst, x []T) { leakyReLUGo(dst, x, 0.2) }),
		one("Clamp", func(dst, x []T) { Clamp(dst, x, -0.5, 2) }, func(dst, x []T) { clampGo(dst, x, -0.5, 2) }),
		one("Clamp to zeros", func(dst, x []T) { Clamp(dst, x, 0, 0) }, func(dst, x []T) { clampGo(dst, x, 0, 0) }),
	}
}

// all lists every loop over elements.
func all[T Float]() []elementwise[T] {
	l := exact[T]()
	for _, f := range elementary {
		g := f.f32
		h := any(g)
		if !isSingle[T]() {
			h = any(f.f64)
		}
		k := h.(func(dst, x []T))
		l = append(l, elementwise[T]{name: f.name, f: func(dst, x, _ []T) { k(dst, x) }})
	}
	return l
}

// agree runs f where dst lies apart, is x, and is y, and wants each time what want holds, and nothing else written.
func agree[T Float](t fatal, f elementwise[T], x, y, want []T, offset int, equal func(a, b T) bool) {
	t.Helper()
	for _, where := range []string{"apart", "in x", "in y"} {
		g := guard(len(x), offset, T(42))
		dst, x, y := g.in, x, y
		switch where {
		case "in x":
			copy(dst, x)
			x = dst
		case "in y":
			copy(dst, y)
			y = dst
		}
		if f.name == "AddTo" && where == "in y" {
			continue // x is copied to dst first
		}
		f.f(dst, x, y)
		g.check(t, f.name)
		for i, w := range want {
			if !equal(dst[i], w) {
				t.Fatalf("%s of %d, %s, offset %d: element %d is %v, want %v", f.name, len(x), where, offset, i, dst[i], w)
			}
		}
	}
}

func TestLengths(t *testing.T) { both(t, testLengths[float32], testLengths[float64]) }

func testLengths[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range lengths() {
		x, y, want := draw[T](r, n), draw[T](r, n), make([]T, n)
		for _, f := range exact[T]() {
			f.plain(want, x, y)
			agree(t, f, x, y, want, n%9, same[T])
		}
	}
	for offset := range 16 {
		for _, n := range []int{1, 7, 8, 31, 32, 33, 67} {
			x, y, want := draw[T](r, n), draw[T](r, n), make([]T, n)
			for _, f := range exact[T]() {
				f.plain(want, x, y)
				agree(t, f, x, y, want, offset, same[T])
			}
		}
	}
}

func TestAnyNumbers(t *testing.T) { both(t, testAnyNumbers[float32], testAnyNumbers[float64]) }

func testAnyNumbers[T Float](t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(anyFloat[T](), 0, 70).Draw(t, "x")
		y := rapid.SliceOfN(anyFloat[T](), len(x), len(x)).Draw(t, "y")
		want := make([]T, len(x))
		offset := rapid.IntRange(0, 15).Draw(t, "offset")
		for _, f := range exact[T]() {
			f.plain(want, x, y)
			agree(t, f, x, y, want, offset, same[T])
		}
	})
}

// Cut anywhere, in place or not, an element has the bits it has in the whole.
func TestPlaceDoesNotMatter(t *testing.T) { both(t, testPlace[float32], testPlace[float64]) }

func testPlace[T Float](t *testing.T) {
	bits := func(a, b T) bool { return pattern(a) == pattern(b) }
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 150).Draw(t, "n")
		lo := rapid.IntRange(0, n).Draw(t, "lo")
		hi := rapid.IntRange(lo, n).Draw(t, "hi")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		x, y, want := draw[T](r, n), draw[T](r, n), make([]T, n)
		for _, f := range all[T]() {
			f.f(want, x, y)
			agree(t, f, x[lo:hi], y[lo:hi], want[lo:hi], r.IntN(9), bits)
		}
	})
}

// Neither slices nor arrays on the caller's stack are moved to the heap.
func TestNoAllocation(t *testing.T) { both(t, testNoAllocation[float32], testNoAllocation[float64]) }

func testNoAllocation[T Float](t *testing.T) {
	if n := testing.AllocsPerRun(100, func() {
		var x, y, z [77]T
		var b [77]bool
		for i := range x {
			x[i], y[i] = T(i)-10, T(i)+1
		}
		Add(z[:], x[:], y[:])
		AddScaled(z[:], x[:], y[:], 2)
		Affine(z[:], x[:], 2, 1)
		Maximum(z[:], x[:], y[:])
		ReLU(z[:], x[:])
		Exp(z[:], x[:])
		GELU(z[:], x[:])
		Softplus(z[:], x[:])
		Less(b[:], x[:], y[:])
		Select(z[:], b[:], x[:], y[:])
		Fill(z[:], Sum(x[:])+Dot(x[:], y[:])+Max(y[:])+SumSquaresShift(x[:], 2)+ExpSumShift(z[:], x[:], 70))
		if HasNaN(z[:]) || NonFinite(z[:]) {
			z[0] = 0
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// A destination longer than an operand is a bug of the caller that must not write anything.
func TestShortOperand(t *testing.T) {
	for _, f := range all[float32]() {
		func() {
			g := guard(9, 0, float32(42))
			defer func() {
				if recover() == nil {
					t.Error(f.name, "went on")
				}
				if f.name != "AddTo" {
					for _, v := range g.in {
						if v != 0 {
							t.Fatal(f.name, "wrote")
						}
					}
				}
			}()
			f.f(g.in, make([]float32, 8), make([]float32, 8))
		}()
	}
}
