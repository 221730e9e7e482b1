package ops_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func TestOrders(t *testing.T) {
	sort := func(axis int, descending bool) build {
		return unary(func(x *graph.Node) *graph.Node { return ops.Sort(x, axis, descending) })
	}
	argSort := func(axis int, descending bool) build {
		return unary(func(x *graph.Node) *graph.Node { return ops.ArgSort(x, axis, descending) })
	}
	top := func(k, axis int) build {
		return unary(func(x *graph.Node) *graph.Node { y, _ := ops.TopK(x, k, axis); return y })
	}
	topAt := func(k, axis int) build {
		return unary(func(x *graph.Node) *graph.Node { _, i := ops.TopK(x, k, axis); return i })
	}
	bottomAt := func(k, axis int) build {
		return unary(func(x *graph.Node) *graph.Node { _, i := ops.BottomK(x, k, axis); return i })
	}
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Uint8} {
		x := buffer(d, []float64{3, 1, 3, 2, 2, 0}, 2, 3)
		tabled(t, 0,
			entry{"ascending", sort(1, false), ins(x), []int{2, 3}, []float64{1, 3, 3, 0, 2, 2}},
			entry{"descending", sort(-1, true), ins(x), []int{2, 3}, []float64{3, 3, 1, 2, 2, 0}},
			entry{"columns", sort(0, false), ins(x), []int{2, 3}, []float64{2, 1, 0, 3, 2, 3}},
			entry{"numbers", argSort(1, false), ins(x), []int{2, 3}, []float64{1, 0, 2, 2, 0, 1}},
			entry{"numbers descending", argSort(1, true), ins(x), []int{2, 3}, []float64{0, 2, 1, 0, 1, 2}},
			entry{"none", sort(1, false), ins(ramp(d, 2, 0)), []int{2, 0}, []float64{}},
			entry{"top", top(2, 1), ins(x), []int{2, 2}, []float64{3, 3, 2, 2}},
			entry{"top numbers", topAt(2, 1), ins(x), []int{2, 2}, []float64{0, 2, 0, 1}},
			entry{"top of columns", topAt(1, 0), ins(x), []int{1, 3}, []float64{0, 1, 0}},
			entry{"bottom numbers", bottomAt(2, 1), ins(x), []int{2, 2}, []float64{1, 0, 2, 0}},
			entry{"top none", top(0, 1), ins(x), []int{2, 0}, []float64{}},
		)
	}
	odd := f64s([]int{6}, nan, 1, inf, zero, 0, nan)
	tabled(t, 0,
		entry{"NaN last", argSort(0, false), ins(odd), []int{6}, []float64{3, 4, 1, 2, 0, 5}},
		entry{"NaN first", argSort(0, true), ins(odd), []int{6}, []float64{0, 5, 2, 1, 3, 4}},
		entry{"NaN on top", topAt(3, 0), ins(odd), []int{3}, []float64{0, 5, 2}},
		entry{"NaN not at the bottom", bottomAt(3, 0), ins(odd), []int{3}, []float64{3, 4, 1}},
		entry{"slope of sort", slope(func(in []*graph.Node) *graph.Node {
			return ops.Mul(ops.Sort(in[0], 0, false), ops.Iota(in[0].Graph(), graph.Float64, 4))
		}, 0), ins(f64s([]int{4}, 7, 5, 8, 5)), []int{4}, []float64{2, 0, 3, 1}},
		entry{"slope of top", slope(top(2, 0), 0), ins(f64s([]int{4}, 7, 5, 8, 5)), []int{4}, []float64{1, 0, 1, 0}},
	)
}

// A long row with many equals is sorted stably.
func TestSortLongRow(t *testing.T) {
	r, n := rand.New(rand.NewPCG(1, 2)), 100_000
	for _, d := range both {
		v, want := make([]float64, n), make([]int, n)
		for i := range v {
			v[i], want[i] = float64(r.IntN(50)), i
		}
		slices.SortStableFunc(want, func(i, j int) int { return int(v[i] - v[j]) })
		got := run(t, unary(func(x *graph.Node) *graph.Node { return ops.ArgSort(x, 0, false) }), buffer(d, v, n))
		for i, j := range want {
			if got[i] != float64(j) {
				t.Fatalf("%v: element %d is number %v, want %d", d, i, got[i], j)
			}
		}
	}
}
