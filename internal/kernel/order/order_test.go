package order

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"
)

// Sort and Top are what sorting the numbers by the definition of the ranking gives.
func TestRankings(t *testing.T) {
	nan, inf, zero := math.NaN(), math.Inf(1), math.Copysign(0, -1)
	special := []float64{0, zero, 1, -1, 2, -2, 0.5, nan, inf, -inf, 5e-324, -5e-324, math.MaxFloat64, 1e30, -1e30}
	ranked(t, func(r *rand.Rand) float64 { return special[r.IntN(len(special))] })
	ranked(t, func(r *rand.Rand) float64 { return r.NormFloat64() })
	ranked(t, func(r *rand.Rand) float32 { return float32(special[r.IntN(len(special))]) })
	ranked(t, func(r *rand.Rand) float32 { return math.Float32frombits(r.Uint32()) })
	ranked(t, func(r *rand.Rand) int32 { return []int32{math.MinInt32, -1, 0, 1, math.MaxInt32, r.Int32()}[r.IntN(6)] })
	ranked(t, func(r *rand.Rand) int64 { return []int64{math.MinInt64, -1, 0, 1, math.MaxInt64, r.Int64()}[r.IntN(6)] })
	ranked(t, func(r *rand.Rand) uint8 { return uint8(r.IntN(256)) })
}

func ranked[T Number](t *testing.T, draw func(r *rand.Rand) T) {
	r := rand.New(rand.NewPCG(1, 2))
	for round := range 300 {
		n := r.IntN(9)
		if round%10 == 0 {
			n = r.IntN(400)
		}
		descending := r.IntN(2) == 0
		x := make([]T, n)
		for i := range x {
			x[i] = draw(r)
		}
		want := make([]int32, n)
		for i := range want {
			want[i] = int32(i)
		}
		slices.SortStableFunc(want, func(i, j int32) int {
			a, b := x[i], x[j]
			c := 0
			switch {
			case a == b || a != a && b != b:
			case a != a || a > b:
				c = 1
			default:
				c = -1
			}
			if descending {
				c = -c
			}
			return c
		})
		values, index, mem := make([]T, n), make([]int32, n), make([]uint64, 2*n+1)
		Sort(values, index, x, descending, unsafe.Pointer(&mem[0]))
		same(t, "Sort", x, descending, values, index, want)
		k := r.IntN(n + 1)
		values, index = make([]T, k), make([]int32, k)
		Top(values, index, x, descending)
		same(t, "Top", x, descending, values, index, want[:k])
	}
}

func same[T Number](t *testing.T, name string, x []T, descending bool, values []T, index, want []int32) {
	t.Helper()
	if !slices.Equal(index, want) {
		t.Fatalf("%s of %v, descending %v: %v, want %v", name, x, descending, index, want)
	}
	for i, j := range index {
		if fmt.Sprint(values[i]) != fmt.Sprint(x[j]) { // NaN and −0 too
			t.Fatalf("%s of %v: value %v at %d", name, x, values[i], i)
		}
	}
}

func TestScratch(t *testing.T) {
	if Scratch(8) < int(unsafe.Sizeof(wide{})) || Scratch(4) < 8 || Scratch(1) < 8 {
		t.Error(Scratch(8), Scratch(4), Scratch(1))
	}
}

func TestPlace(t *testing.T) {
	nan := math.NaN()
	row := []float64{-1, 0, 0, 2, nan}
	for _, c := range []struct {
		v           float64
		left, right int
	}{{-2, 0, 0}, {-1, 0, 1}, {0, 1, 3}, {math.Copysign(0, -1), 1, 3}, {1, 3, 3}, {2, 3, 4}, {math.Inf(1), 4, 4}, {nan, 4, 5}} {
		if l, r := Place(row, c.v, false), Place(row, c.v, true); l != c.left || r != c.right {
			t.Errorf("%v: %d, %d, want %d, %d", c.v, l, r, c.left, c.right)
		}
	}
}
