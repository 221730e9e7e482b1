package ops_test

import (
	"math"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func TestTriangles(t *testing.T) {
	lower := func(k int) build { return unary(func(x *graph.Node) *graph.Node { return ops.Tril(x, k) }) }
	upper := func(k int) build { return unary(func(x *graph.Node) *graph.Node { return ops.Triu(x, k) }) }
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Uint8} {
		x, two := buffer(d, []float64{1, 2, 3, 4, 5, 6}, 2, 3), ramp(d, 2, 2, 2)
		for _, e := range []struct {
			k            int
			lower, upper []float64
		}{
			{0, []float64{1, 0, 0, 4, 5, 0}, []float64{1, 2, 3, 0, 5, 6}},
			{1, []float64{1, 2, 0, 4, 5, 6}, []float64{0, 2, 3, 0, 0, 6}},
			{-1, []float64{0, 0, 0, 4, 0, 0}, []float64{1, 2, 3, 4, 5, 6}},
			{2, []float64{1, 2, 3, 4, 5, 6}, []float64{0, 0, 3, 0, 0, 0}},
			{-2, []float64{0, 0, 0, 0, 0, 0}, []float64{1, 2, 3, 4, 5, 6}},
			{3, []float64{1, 2, 3, 4, 5, 6}, []float64{0, 0, 0, 0, 0, 0}},
			{math.MaxInt, []float64{1, 2, 3, 4, 5, 6}, []float64{0, 0, 0, 0, 0, 0}},
			{math.MinInt, []float64{0, 0, 0, 0, 0, 0}, []float64{1, 2, 3, 4, 5, 6}},
		} {
			tabled(t, 0, entry{"lower", lower(e.k), ins(x), []int{2, 3}, e.lower}, entry{"upper", upper(e.k), ins(x), []int{2, 3}, e.upper})
		}
		tabled(t, 0, entry{"each matrix", lower(0), ins(two), []int{2, 2, 2}, []float64{0, 0, 2, 3, 4, 0, 6, 7}})
	}
	masked := f64s([]int{2, 2}, 1, nan, 2, 3)
	tabled(t, 0,
		entry{"a NaN above", lower(0), ins(masked), []int{2, 2}, []float64{1, 0, 2, 3}},
		entry{"its slope", slope(lower(0), 0), ins(masked), []int{2, 2}, []float64{1, 0, 1, 1}},
		entry{"bools", upper(1), ins(buffer(graph.Bool, []float64{1, 1, 1, 1}, 2, 2)), []int{2, 2}, []float64{0, 1, 0, 0}},
	)
}

func TestCumSum(t *testing.T) {
	with := func(axis int, r ops.Running) build {
		return unary(func(x *graph.Node) *graph.Node { return ops.CumSumWith(x, axis, r) })
	}
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Uint8} {
		x := buffer(d, []float64{1, 2, 3, 4, 5, 6}, 2, 3)
		tabled(t, 0,
			entry{"along 1", with(1, ops.Running{}), ins(x), []int{2, 3}, []float64{1, 3, 6, 4, 9, 15}},
			entry{"along 0", with(0, ops.Running{}), ins(x), []int{2, 3}, []float64{1, 2, 3, 5, 7, 9}},
			entry{"exclusive", with(-1, ops.Running{Exclusive: true}), ins(x), []int{2, 3}, []float64{0, 1, 3, 0, 4, 9}},
			entry{"reverse", with(1, ops.Running{Reverse: true}), ins(x), []int{2, 3}, []float64{6, 5, 3, 15, 11, 6}},
			entry{"both", with(1, ops.Running{Exclusive: true, Reverse: true}), ins(x), []int{2, 3}, []float64{5, 3, 0, 11, 6, 0}},
			entry{"none", with(1, ops.Running{}), ins(ramp(d, 2, 0)), []int{2, 0}, []float64{}},
		)
	}
	tabled(t, 0,
		entry{"wraps", with(0, ops.Running{}), ins(buffer(graph.Uint8, []float64{200, 100}, 2)), []int{2}, []float64{200, 44}},
		entry{"NaN stays in its line", with(1, ops.Running{}), ins(f64s([]int{2, 2}, nan, 1, 2, 3)), []int{2, 2}, []float64{nan, nan, 2, 5}},
		entry{"slope", slope(with(0, ops.Running{}), 0), ins(ramp(graph.Float64, 4)), []int{4}, []float64{4, 3, 2, 1}},
		entry{"slope of exclusive", slope(with(0, ops.Running{Exclusive: true}), 0), ins(ramp(graph.Float64, 4)), []int{4}, []float64{3, 2, 1, 0}},
	)
	// A tenth is added up 10⁵ times without drifting: float32 alone would be off by 1.5.
	n := 100_000
	tenths := graph.NewBuffer(graph.T(graph.Float32, n))
	for i := range n {
		graph.Data[float32](tenths)[i] = 0.1
	}
	y := run(t, with(0, ops.Running{}), tenths)
	if e := math.Abs(y[n-1] - float64(n)*float64(float32(0.1))); e > 1e-3 {
		t.Errorf("the last of %d sums is off by %v", n, e)
	}
}
