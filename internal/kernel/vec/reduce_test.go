package vec

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

func sums() []int {
	return append(lengths(), block-1, block, block+1, 2*block, 3*block+5, 100_003)
}

// Sums have the bits of plain Go and stay within their bound.
func TestSums(t *testing.T) { both(t, testSums[float32], testSums[float64]) }

func testSums[T Float](t *testing.T) {
	u, terms := 0x1p-24, 140.0
	if !isSingle[T]() {
		u, terms = 0x1p-53, 280
	}
	r := rand.New(rand.NewPCG(5, 6))
	for _, n := range sums() {
		x, y := make([]T, n), make([]T, n)
		for i := range x {
			x[i], y[i] = T(r.NormFloat64()*math.Exp(r.NormFloat64())), T(r.NormFloat64())
		}
		m := T(0.37)
		// Each sum, its terms, and its plain loop.
		for _, s := range []struct {
			name  string
			got   T
			term  func(i int) float64
			plain func(lo, hi int) T
		}{
			{"Sum", Sum(x), func(i int) float64 { return float64(x[i]) }, func(lo, hi int) T { return sumGo(x[lo:hi]) }},
			{
				"Dot", Dot(x, y), func(i int) float64 { return float64(T(x[i] * y[i])) },
				func(lo, hi int) T { return dotGo(x[lo:hi], y[lo:hi]) },
			},
			{"DotShift", DotShift(x, y, m), func(i int) float64 {
				d := x[i] - m
				return float64(T(d * y[i]))
			}, func(lo, hi int) T { return dotShiftGo(x[lo:hi], y[lo:hi], m) }},
			{"SumSquaresShift", SumSquaresShift(x, m), func(i int) float64 {
				d := x[i] - m
				return float64(T(d * d))
			}, func(lo, hi int) T { return sumSquaresShiftGo(x[lo:hi], m) }},
		} {
			want, rest, size := 0.0, 0.0, 0.0 // added with compensation (Neumaier, 1974)
			for i := range n {
				v := s.term(i)
				next := want + v
				if math.Abs(want) >= math.Abs(v) {
					rest += want - next + v
				} else {
					rest += v - next + want
				}
				want, size = next, size+math.Abs(v)
			}
			if d := math.Abs(float64(s.got) - want - rest); d > (terms+math.Log2(float64(n+1)))*u*size {
				t.Errorf("%s of %d: %v, want %v", s.name, n, s.got, want+rest)
			}
			if plain := pairs(0, n, s.plain); pattern(plain) != pattern(s.got) {
				t.Errorf("%s of %d: %v, in plain Go %v", s.name, n, s.got, plain)
			}
		}
	}
}

// pairs adds blocks pairwise.
func pairs[T Float](lo, hi int, f func(lo, hi int) T) T {
	if hi-lo <= block {
		return f(lo, hi)
	}
	mid := lo + half(hi-lo)
	return pairs(lo, mid, f) + pairs(mid, hi, f)
}

func TestExpSumShift(t *testing.T) { both(t, testExpSumShift[float32], testExpSumShift[float64]) }

func testExpSumShift[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for _, n := range sums() {
		x, want := make([]T, n), make([]T, n)
		for i := range x {
			x[i] = T(3 * r.NormFloat64())
		}
		shift := Max(x)
		if n == 0 {
			shift = 0
		}
		Affine(want, x, 1, -shift)
		Exp(want, want)
		for _, inPlace := range []bool{false, true} {
			g, src := guard(n, n%9, T(42)), x
			if inPlace {
				src = g.in
				copy(src, x)
			}
			s := ExpSumShift(g.in, src, shift)
			g.check(t, "ExpSumShift")
			if other := ExpSum(x, shift); pattern(s) != pattern(Sum(want)) || pattern(s) != pattern(other) {
				t.Fatalf("sum of %d: %v, %v without exponentials, want %v", n, s, other, Sum(want))
			}
			for i, w := range want {
				if pattern(g.in[i]) != pattern(w) {
					t.Fatalf("element %d of %d: %v, want %v", i, n, g.in[i], w)
				}
			}
		}
	}
}

func TestMax(t *testing.T) { both(t, testMax[float32], testMax[float64]) }

func testMax[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for _, n := range lengths() {
		x := make([]T, n)
		for i := range x {
			x[i] = T(r.NormFloat64() - 10)
		}
		if got, want := Max(x), maxGo(x); !same(got, want) {
			t.Fatalf("of %d: %v, want %v", n, got, want)
		}
		for range min(n, 40) {
			i := r.IntN(n)
			old := x[i]
			for _, v := range []float64{50, math.NaN(), math.Inf(1), math.Inf(-1), 0, math.Copysign(0, -1)} {
				x[i] = T(v)
				if got, want := Max(x), maxGo(x); !same(got, want) {
					t.Fatalf("of %d with %v at %d: %v, want %v", n, v, i, got, want)
				}
			}
			x[i] = old
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOf(rapid.SampledFrom([]T{0, T(math.Copysign(0, -1)), -1, T(math.Inf(-1)), -2})).Draw(t, "x")
		if got, want := Max(x), maxGo(x); !same(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestScans(t *testing.T) { both(t, testScans[float32], testScans[float64]) }

func testScans[T Float](t *testing.T) {
	size := math.MaxFloat32
	if !isSingle[T]() {
		size = math.MaxFloat64
	}
	largest := T(size)
	inf, nan := T(math.Inf(1)), T(math.NaN())
	for _, n := range lengths() {
		room := make([]T, n+2)
		room[0], room[n+1] = nan, nan // outside
		x := room[1 : n+1]
		for i := range x {
			x[i] = largest * T(1-i%3)
		}
		if HasNaN(x) || NonFinite(x) || hasNaNGo(x) || nonFiniteGo(x) {
			t.Fatalf("of %d: all were finite", n)
		}
		step := 1
		if n > 1000 {
			step = 509
		}
		for i := 0; i < n; i += step {
			old := x[i]
			x[i] = nan
			if !HasNaN(x) || !NonFinite(x) || !hasNaNGo(x) || !nonFiniteGo(x) {
				t.Fatalf("of %d: NaN missed at %d", n, i)
			}
			for _, v := range []T{inf, -inf} {
				x[i] = v
				if HasNaN(x) || !NonFinite(x) || hasNaNGo(x) || !nonFiniteGo(x) {
					t.Fatalf("of %d: infinity missed, or taken for NaN, at %d", n, i)
				}
			}
			x[i] = old
		}
	}
}
