package ops_test

import (
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func TestGatherValues(t *testing.T) {
	for _, of := range []graph.Dtype{graph.Int32, graph.Int64} {
		list := func(v ...float64) graph.Buffer { return buffer(of, v, len(v)) }
		for _, d := range []graph.Dtype{graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Uint8} {
			x := ramp(d, 3, 2)
			tabled(t, 0,
				entry{"gather", binary(ops.Gather), ins(x, list(2, 0, 2)), []int{3, 2}, []float64{4, 5, 0, 1, 4, 5}},
				entry{"gather one", binary(ops.Gather), ins(x, buffer(of, []float64{1})), []int{2}, []float64{2, 3}},
				entry{"gather none", binary(ops.Gather), ins(x, list()), []int{0, 2}, []float64{}},
				entry{"by a matrix", binary(ops.Gather), ins(ramp(d, 3), buffer(of, []float64{2, 1, 0, 0}, 2, 2)), []int{2, 2}, []float64{2, 1, 0, 0}},
				entry{"along 1", func(in []*graph.Node) *graph.Node { return ops.GatherAxis(in[0], in[1], 1) }, ins(x, list(1, 1, 0)), []int{3, 3}, []float64{1, 1, 0, 3, 3, 2, 5, 5, 4}},
				entry{"pick", binary(ops.Pick), ins(x, list(1, 0, 1)), []int{3}, []float64{1, 2, 5}},
				entry{"scatter", func(in []*graph.Node) *graph.Node { return ops.ScatterAdd(in[0], in[1], 4) }, ins(x, list(3, 0, 3)), []int{4, 2}, []float64{2, 3, 0, 0, 0, 0, 4, 6}},
				entry{"scatter numbers", func(in []*graph.Node) *graph.Node { return ops.ScatterAdd(in[0], in[1], 2) }, ins(ramp(d, 4), list(1, 1, 0, 1)), []int{2}, []float64{2, 4}},
				entry{"scatter none", func(in []*graph.Node) *graph.Node { return ops.ScatterAdd(in[0], in[1], 2) }, ins(ramp(d, 0), list()), []int{2}, []float64{0, 0}},
				entry{"one hot", func(in []*graph.Node) *graph.Node { return ops.OneHot(in[0], 3, d) }, ins(list(2, 0)), []int{2, 3}, []float64{0, 0, 1, 1, 0, 0}},
				entry{"iota", func(in []*graph.Node) *graph.Node { return ops.Iota(in[0].Graph(), d, 4) }, ins(list(0)), []int{4}, []float64{0, 1, 2, 3}},
			)
		}
		tabled(t, 0,
			entry{"bools", binary(ops.Gather), ins(buffer(graph.Bool, []float64{1, 0}, 2), list(1, 0, 0)), []int{3}, []float64{0, 1, 1}},
			entry{"hot bool", func(in []*graph.Node) *graph.Node { return ops.OneHot(in[0], 2, graph.Bool) }, ins(list(1)), []int{1, 2}, []float64{0, 1}},
			entry{"slope of gather", slope(binary(ops.Gather), 0), ins(ramp(graph.Float64, 3, 1), list(2, 0, 2)), []int{3, 1}, []float64{1, 0, 2}},
			entry{"slope of pick", slope(binary(ops.Pick), 0), ins(ramp(graph.Float64, 2, 2), list(1, 0)), []int{2, 2}, []float64{0, 1, 1, 0}},
		)
	}
}

func TestTakeAlongAxis(t *testing.T) {
	for _, of := range []graph.Dtype{graph.Int32, graph.Int64} {
		x, list := f64s([]int{2, 3}, 1, 2, 3, 4, 5, 6), buffer(of, []float64{2, 0, 1, 1}, 2, 2)
		take := func(axis int) build {
			return func(in []*graph.Node) *graph.Node { return ops.TakeAlongAxis(in[0], in[1], axis) }
		}
		add := func(in []*graph.Node) *graph.Node { return ops.AddAlongAxis(in[0], in[1], 1, 3) }
		tabled(t, 0,
			entry{"along 1", take(1), ins(x, list), []int{2, 2}, []float64{3, 1, 5, 5}},
			entry{"slope", slope(take(1), 0), ins(x, list), []int{2, 3}, []float64{1, 0, 1, 0, 2, 0}},
			entry{"along 0", take(0), ins(x, buffer(of, []float64{1, 0, 1}, 1, 3)), []int{1, 3}, []float64{4, 2, 6}},
			entry{"one list for all", take(-1), ins(x, buffer(of, []float64{1, 1}, 1, 2)), []int{2, 2}, []float64{2, 2, 5, 5}},
			entry{"one line for all", take(0), ins(f64s([]int{2, 1}, 7, 8), buffer(of, []float64{1, 0, 0}, 1, 3)), []int{1, 3}, []float64{8, 7, 7}},
			entry{"its slope", slope(take(0), 0), ins(f64s([]int{2, 1}, 7, 8), buffer(of, []float64{1, 0, 0}, 1, 3)), []int{2, 1}, []float64{2, 1}},
			entry{"add", add, ins(f64s([]int{2, 2}, 1, 2, 3, 4), list), []int{2, 3}, []float64{2, 0, 1, 0, 7, 0}},
		)
		if _, err := evaluate(take(1), 1, x, buffer(of, []float64{3, 0, 1, 1}, 2, 2)); err == nil || !strings.Contains(err.Error(), "index 3, number 0 of the list, is not in [0, 3)") {
			t.Error(err)
		}
	}
}
