package ops_test

import (
	"math"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// along makes a build of a reduction.
func along(f func(x *graph.Node, axes ...int) *graph.Node, axes ...int) build {
	return func(in []*graph.Node) *graph.Node { return f(in[0], axes...) }
}

func TestSumValues(t *testing.T) {
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Uint8} {
		x := ins(ramp(d, 2, 3, 2)) // [[0 1] [2 3] [4 5]] [[6 7] [8 9] [10 11]]
		tabled(t, 0,
			entry{"sum", along(ops.Sum), x, nil, []float64{66}},
			entry{"sum 0", along(ops.Sum, 0), x, []int{3, 2}, []float64{6, 8, 10, 12, 14, 16}},
			entry{"sum 1", along(ops.Sum, 1), x, []int{2, 2}, []float64{6, 9, 24, 27}},
			entry{"sum -1", along(ops.Sum, -1), x, []int{2, 3}, []float64{1, 5, 9, 13, 17, 21}},
			entry{"sum 0 2", along(ops.Sum, 0, 2), x, []int{3}, []float64{14, 22, 30}},
			entry{"keep", along(ops.SumKeep, 2, 0), x, []int{1, 3, 1}, []float64{14, 22, 30}},
			entry{"of nothing", along(ops.Sum, 0), ins(ramp(d, 0, 2)), []int{2}, []float64{0, 0}},
			entry{"to nothing", along(ops.Sum, 1), ins(ramp(d, 0, 2)), []int{0}, []float64{}},
		)
	}
	tabled(t, 0, entry{"wraps", along(ops.Sum), ins(buffer(graph.Uint8, []float64{200, 100}, 2)), nil, []float64{44}})
}

func TestMeanValues(t *testing.T) {
	tabled(t, 1e-7,
		entry{"mean", along(ops.Mean), ins(ramp(graph.Float32, 2, 3)), nil, []float64{2.5}},
		entry{"mean 0", along(ops.Mean, 0), ins(ramp(graph.Float64, 2, 3)), []int{3}, []float64{1.5, 2.5, 3.5}},
		entry{"keep", along(ops.MeanKeep, -1), ins(ramp(graph.Float64, 2, 3)), []int{2, 1}, []float64{1, 4}},
		entry{"of nothing", along(ops.Mean, 0), ins(ramp(graph.Float64, 0, 2)), []int{2}, []float64{nan, nan}},
		entry{"slope", slope(along(ops.Mean, 0), 0), ins(ramp(graph.Float64, 2, 2)), []int{2, 2}, []float64{.5, .5, .5, .5}},
	)
}

func TestMaxValues(t *testing.T) {
	second := func(f func(*graph.Node, int) (*graph.Node, *graph.Node), axis int) build {
		return func(in []*graph.Node) *graph.Node {
			_, i := f(in[0], axis)
			return i
		}
	}
	arg := func(f func(*graph.Node, int) *graph.Node, axis int) build {
		return func(in []*graph.Node) *graph.Node { return f(in[0], axis) }
	}
	x := ins(f32s([]int{2, 3}, 1, 5, 5, -2, 7, 0))
	u := ins(buffer(graph.Uint8, []float64{0, 255, 255, 3}, 4))
	n := ins(f64s([]int{4}, 1, nan, inf, nan))
	tabled(t, 0,
		entry{"max", along(ops.Max), x, nil, []float64{7}},
		entry{"max 0", along(ops.Max, 0), x, []int{3}, []float64{1, 7, 5}},
		entry{"max 1", along(ops.Max, 1), x, []int{2}, []float64{5, 7}},
		entry{"max 1 0", along(ops.Max, 1, 0), x, nil, []float64{7}},
		entry{"max keep", along(ops.MaxKeep, -1), x, []int{2, 1}, []float64{5, 7}},
		entry{"min 0", along(ops.Min, 0), x, []int{3}, []float64{-2, 5, 0}},
		entry{"min keep", along(ops.MinKeep), x, []int{1, 1}, []float64{-2}},
		entry{"argmax 1", arg(ops.ArgMax, 1), x, []int{2}, []float64{1, 1}},
		entry{"argmax 0", arg(ops.ArgMax, -2), x, []int{3}, []float64{0, 1, 0}},
		entry{"argmin 1", arg(ops.ArgMin, 1), x, []int{2}, []float64{0, 0}},
		entry{"index", second(ops.MaxWithIndex, 1), x, []int{2}, []float64{1, 1}},
		entry{"index of min", second(ops.MinWithIndex, 0), x, []int{3}, []float64{1, 0, 1}},
		entry{"uint8", along(ops.Min), u, nil, []float64{0}},
		entry{"argmax of uint8", arg(ops.ArgMax, 0), u, nil, []float64{1}},
		entry{"smallest int", along(ops.Min), ins(i32s([]int{2}, 5, -2147483648)), nil, []float64{-2147483648}},
		entry{"nan", along(ops.Max), n, nil, []float64{nan}},
		entry{"nan", along(ops.Min), n, nil, []float64{nan}},
		entry{"argmax of nan", arg(ops.ArgMax, 0), n, nil, []float64{1}},
		entry{"argmin of nan", arg(ops.ArgMin, 0), n, nil, []float64{1}},
		entry{"slope: first of equals", slope(along(ops.Max, 1), 0), ins(f64s([]int{2, 3}, 1, 5, 5, -2, 7, 0)), []int{2, 3}, []float64{0, 1, 0, 0, 1, 0}},
		entry{"slope 0 2", slope(along(ops.Max, 0, 2), 0), ins(f64s([]int{2, 2, 2}, 1, 3, 0, 0, 3, 2, 0, 9)), []int{2, 2, 2}, []float64{0, 1, 0, 0, 0, 0, 0, 1}},
		entry{"slope of min", slope(along(ops.Min, 0), 0), ins(f64s([]int{2, 2}, 1, 1, 1, 0)), []int{2, 2}, []float64{1, 0, 0, 1}},
	)
}

func TestLogSumExpValues(t *testing.T) {
	x := ins(f64s([]int{2, 2}, 0, 0, 1000, 1000))
	tabled(t, 1e-15,
		entry{"rows", along(ops.LogSumExp, 1), x, []int{2}, []float64{0.6931471805599453, 1000.6931471805599}},
		entry{"columns", along(ops.LogSumExpKeep, 0), x, []int{1, 2}, []float64{1000, 1000}},
		entry{"none but −∞", along(ops.LogSumExp), ins(f32s([]int{2}, -inf, -inf)), nil, []float64{-inf}},
		entry{"∞", along(ops.LogSumExp), ins(f32s([]int{2}, 1, inf)), nil, []float64{inf}},
		entry{"−∞ beside others", along(ops.LogSumExp), ins(f64s([]int{3}, -inf, 2, 2)), nil, []float64{2.6931471805599454}},
		entry{"nothing", along(ops.LogSumExp, 0), ins(f32s([]int{0, 1})), []int{1}, []float64{-inf}},
		entry{"nan", along(ops.LogSumExp), ins(f32s([]int{2}, 1, nan)), nil, []float64{nan}},
		entry{"slope", slope(along(ops.LogSumExp, 1), 0), ins(f64s([]int{2, 2}, 0, 0, 3, 3)), []int{2, 2}, []float64{.5, .5, .5, .5}},
	)
}

func TestProd(t *testing.T) {
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Uint8} {
		x := buffer(d, []float64{1, 2, 3, 4, 5, 6}, 2, 3)
		tabled(t, 0,
			entry{"rows", along(ops.Prod, 1), ins(x), []int{2}, []float64{6, 120}},
			entry{"columns", along(ops.Prod, 0), ins(x), []int{3}, []float64{4, 10, 18}},
			entry{"kept", along(ops.ProdKeep, 1), ins(x), []int{2, 1}, []float64{6, 120}},
			entry{"of nothing", along(ops.Prod, 1), ins(ramp(d, 2, 0)), []int{2}, []float64{1, 1}},
		)
	}
	tabled(t, 0,
		entry{"wraps", along(ops.Prod), ins(buffer(graph.Uint8, []float64{16, 17}, 2)), nil, []float64{16}},
		entry{"one zero", slope(along(ops.Prod), 0), ins(f64s([]int{3}, 2, 0, 5)), []int{3}, []float64{0, 10, 0}},
		entry{"two zeros", slope(along(ops.Prod), 0), ins(f64s([]int{3}, 0, 0, 5)), []int{3}, []float64{0, 0, 0}},
		entry{"second, two zeros", slope(slope(along(ops.Prod), 0), 0), ins(f64s([]int{3}, 0, 0, 5)), []int{3}, []float64{5, 5, 0}},
		entry{"third, all zeros", slope(slope(slope(along(ops.Prod), 0), 0), 0), ins(f64s([]int{3}, 0, 0, 0)), []int{3}, []float64{2, 2, 2}},
	)
}

func TestSpread(t *testing.T) {
	with := func(f func(x *graph.Node, correction int, axes ...int) *graph.Node, correction int, axes ...int) build {
		return unary(func(x *graph.Node) *graph.Node { return f(x, correction, axes...) })
	}
	for _, d := range both {
		x := buffer(d, []float64{1, 2, 3, 4, 4, 4}, 2, 3)
		tabled(t, 1e-6,
			entry{"var", with(ops.Var, 0, 1), ins(x), []int{2}, []float64{2. / 3, 0}},
			entry{"corrected", with(ops.Var, 1, -1), ins(x), []int{2}, []float64{1, 0}},
			entry{"of all", with(ops.Var, 1), ins(x), nil, []float64{1.6}},
			entry{"kept", with(ops.VarKeep, 1, 0), ins(x), []int{1, 3}, []float64{4.5, 2, 0.5}},
			entry{"std", with(ops.Std, 1, 1), ins(x), []int{2}, []float64{1, 0}},
			entry{"std kept", with(ops.StdKeep, 1, 1), ins(x), []int{2, 1}, []float64{1, 0}},
			entry{"of one, corrected", with(ops.Var, 1), ins(buffer(d, []float64{3}, 1)), nil, []float64{nan}},
			entry{"more corrected than there are", with(ops.Var, 3), ins(buffer(d, []float64{3, 4}, 2)), nil, []float64{inf}},
			entry{"of nothing", with(ops.Var, 0, 1), ins(ramp(d, 2, 0)), []int{2}, []float64{nan, nan}},
			entry{"slope at no variance", slope(with(ops.Std, 1), 0), ins(buffer(d, []float64{4, 4}, 2)), []int{2}, []float64{0, 0}},
			entry{"a large mean", with(ops.Var, 1), ins(buffer(d, []float64{1 << 20, 1<<20 + 1, 1<<20 + 2}, 3)), nil, []float64{1}},
		)
	}
}

func TestNorm(t *testing.T) {
	of := func(p float64, axes ...int) build {
		return unary(func(x *graph.Node) *graph.Node { return ops.Norm(x, p, axes...) })
	}
	for _, d := range both {
		x := buffer(d, []float64{3, -4, 0, 0}, 2, 2)
		tabled(t, 1e-6,
			entry{"2", of(2, 1), ins(x), []int{2}, []float64{5, 0}},
			entry{"1", of(1, 1), ins(x), []int{2}, []float64{7, 0}},
			entry{"3", of(3, 1), ins(x), []int{2}, []float64{math.Cbrt(91), 0}},
			entry{"largest", of(inf), ins(x), nil, []float64{4}},
			entry{"slope", slope(of(2, 1), 0), ins(x), []int{2, 2}, []float64{0.6, -0.8, 0, 0}},
			entry{"slope of 3", slope(of(3, 1), 0), ins(x), []int{2, 2}, []float64{9 / math.Pow(91, 2./3), -16 / math.Pow(91, 2./3), 0, 0}},
			entry{"slope of the largest", slope(of(inf), 0), ins(x), []int{2, 2}, []float64{0, -1, 0, 0}},
		)
	}
}
