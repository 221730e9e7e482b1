package ops_test

import (
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func TestComparisons(t *testing.T) {
	pairs := []row{
		{1, 2, 0}, {2, 1, 0}, {2, 2, 0}, {0, zero, 0}, {zero, 0, 0}, {nan, nan, 0}, {nan, 1, 0}, {1, nan, 0}, {inf, inf, 0}, {-inf, inf, 0}, {inf, nan, 0},
	}
	small := []row{{0, 0, 0}, {0, 1, 0}, {1, 0, 0}, {1, 1, 0}} // in any dtype
	for _, c := range []struct {
		name string
		f    func(a, b *graph.Node) *graph.Node
		want func(a, b float64) bool
	}{
		{"equal", ops.Equal, func(a, b float64) bool { return a == b }},
		{"not equal", ops.NotEqual, func(a, b float64) bool { return a != b }},
		{"less", ops.Less, func(a, b float64) bool { return a < b }},
		{"less or equal", ops.LessEqual, func(a, b float64) bool { return a <= b }},
		{"greater", ops.Greater, func(a, b float64) bool { return a > b }},
		{"greater or equal", ops.GreaterEqual, func(a, b float64) bool { return a >= b }},
	} {
		with := func(rows []row) (out []row) {
			for _, r := range rows {
				v := 0.0
				if c.want(r[0], r[1]) {
					v = 1
				}
				out = append(out, row{r[0], r[1], v})
			}
			return out
		}
		checkFloat(t, c.name, binary(c.f), with(pairs)...)
		for d := graph.Float32; d <= graph.Bool; d++ {
			check(t, c.name, d, binary(c.f), with(small)...)
		}
		check(t, c.name, graph.Int32, binary(c.f), with([]row{{-1, 1, 0}, {1, -1, 0}, {-5, -5, 0}, {-1 << 31, 1<<31 - 1, 0}})...)
		check(t, c.name, graph.Int64, binary(c.f), with([]row{{-1 << 62, 1 << 62, 0}, {1 << 62, -1 << 62, 0}})...)
		check(t, c.name, graph.Uint8, binary(c.f), with([]row{{255, 1, 0}, {1, 255, 0}, {200, 200, 0}})...)
	}
}

func TestLogic(t *testing.T) {
	d := graph.Bool
	check(t, "and", d, binary(ops.And), row{0, 0, 0}, row{0, 1, 0}, row{1, 0, 0}, row{1, 1, 1})
	check(t, "or", d, binary(ops.Or), row{0, 0, 0}, row{0, 1, 1}, row{1, 0, 1}, row{1, 1, 1})
	check(t, "not", d, unary(ops.Not), row{0, 1}, row{1, 0})
	check(t, "not not", d, unary(func(x *graph.Node) *graph.Node { return ops.Not(ops.Not(x)) }), row{0, 0}, row{1, 1})
	checkFloat(t, "finite", unary(ops.IsFinite), row{0, 1}, row{zero, 1}, row{3e38, 1}, row{-1e-45, 1}, row{inf, 0}, row{-inf, 0}, row{nan, 0})
	check(t, "finite", graph.Float64, unary(ops.IsFinite), row{1.7e308, 1}, row{-1.7e308, 1}, row{inf, 0})
}

// above takes a where a > 0, else b.
func above(a, b *graph.Node) *graph.Node { return ops.Where(ops.Greater(a, ops.Like(0, a)), a, b) }

func TestWhere(t *testing.T) {
	rows := []row{{1, 2, 1}, {-1, 2, 2}, {inf, nan, inf}, {nan, 3, 3}, {-1, nan, nan}, {0, zero, zero}}
	checkFloat(t, "where", binary(above), rows...)
	for _, d := range []graph.Dtype{graph.Int32, graph.Int64} {
		check(t, "where", d, binary(above), rows[0], rows[1])
	}
	check(t, "where", graph.Uint8, binary(above), row{1, 2, 1}, row{0, 200, 200})
	check(t, "where", graph.Bool, binary(func(a, b *graph.Node) *graph.Node { return ops.Where(a, ops.Not(b), b) }),
		row{0, 0, 0}, row{0, 1, 1}, row{1, 0, 1}, row{1, 1, 0})
	checkFloat(t, "da of where", slope(binary(above), 0), row{1, 2, 1}, row{-1, 2, 0}, row{1, nan, 1})
	checkFloat(t, "db of where", slope(binary(above), 1), row{1, 2, 0}, row{-1, 2, 1}, row{nan, 3, 1})
	derives(t, "where", unary(func(x *graph.Node) *graph.Node {
		return ops.Where(ops.Less(x, ops.Like(0, x)), ops.Exp(x), ops.Mul(x, ops.Square(x)))
	}), []float64{-1, -0.3, 0.4, 1.5}, 4)

	// What is not taken does not reach the cotangent, not even as 0·∞: the well-known trap of √ behind a mask.
	guarded := unary(func(x *graph.Node) *graph.Node {
		ok := ops.Greater(x, ops.Like(0, x))
		return ops.Where(ok, ops.Sqrt(ops.Where(ok, x, ops.Like(1, x))), ops.Like(0, x))
	})
	checkFloat(t, "slope of a guarded root", slope(guarded, 0), row{4, 0.25}, row{0, 0}, row{-1, 0})
}

func TestBroadcastWhere(t *testing.T) {
	f := func(in []*graph.Node) *graph.Node { return ops.Where(ops.Cast(in[0], graph.Bool), in[1], in[2]) }
	got := run(t, f, buffer(graph.Uint8, []float64{1, 0}, 2, 1), buffer(graph.Float32, []float64{1, 2, 3}, 3), buffer(graph.Float32, []float64{9}))
	if want := []float64{1, 2, 3, 9, 9, 9}; len(got) != 6 || got[2] != want[2] || got[3] != want[3] {
		t.Errorf("%v, want %v", got, want)
	}
}
