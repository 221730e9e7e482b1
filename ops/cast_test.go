package ops_test

import (
	"math"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func TestCast(t *testing.T) {
	const i32, i64, u8 = graph.Int32, graph.Int64, graph.Uint8
	f32, f64, b := graph.Float32, graph.Float64, graph.Bool
	for _, c := range []struct {
		from, to graph.Dtype
		rows     []row
	}{
		{f64, i32, []row{{2.9, 2}, {-2.9, -2}, {1e10, math.MaxInt32}, {-1e10, math.MinInt32}, {2147483647.5, math.MaxInt32}, {inf, math.MaxInt32}, {-inf, math.MinInt32}, {nan, 0}, {zero, 0}}},
		{f32, i32, []row{{2.9, 2}, {-2.9, -2}, {1 << 31, math.MaxInt32}, {-1 << 31, math.MinInt32}, {1 << 30, 1 << 30}, {nan, 0}}},
		{f64, i64, []row{{-2.9, -2}, {1e30, 1 << 63}, {-1e30, -1 << 63}, {1 << 62, 1 << 62}, {nan, 0}}}, // 2⁶³ − 1, as float64
		{f32, i64, []row{{-2.9, -2}, {inf, 1 << 63}, {-inf, -1 << 63}}},
		{f64, u8, []row{{2.9, 2}, {-2.9, 0}, {255.9, 255}, {1e9, 255}, {-0.5, 0}, {nan, 0}, {128, 128}}},
		{f32, u8, []row{{254.99, 254}, {256, 255}, {-inf, 0}}},
		{f64, f32, []row{{0.1, float64(float32(0.1))}, {1e300, inf}, {1e-300, 0}, {nan, nan}, {zero, zero}}},
		{f32, f64, []row{{0.5, 0.5}, {inf, inf}, {nan, nan}, {zero, zero}}},
		{i32, i64, []row{{-5, -5}, {math.MinInt32, math.MinInt32}}},
		{i64, i32, []row{{1<<32 + 5, 5}, {1 << 31, -1 << 31}, {-1, -1}}},
		{i32, u8, []row{{-1, 255}, {256, 0}, {77, 77}}},
		{u8, i32, []row{{200, 200}}},
		{u8, i64, []row{{200, 200}}},
		{i64, u8, []row{{511, 255}}},
		{i32, f32, []row{{16777217, 16777216}, {-3, -3}}},
		{i64, f64, []row{{1 << 53, 1 << 53}, {-3, -3}}},
		{i64, f32, []row{{1 << 40, 1 << 40}}},
		{i32, f64, []row{{math.MaxInt32, math.MaxInt32}}},
		{u8, f32, []row{{255, 255}}},
		{u8, f64, []row{{255, 255}}},
		{f32, b, []row{{0, 0}, {zero, 0}, {1e-45, 1}, {nan, 1}, {-inf, 1}}},
		{f64, b, []row{{0, 0}, {zero, 0}, {5e-324, 1}, {nan, 1}}},
		{i32, b, []row{{0, 0}, {-1, 1}}},
		{i64, b, []row{{0, 0}, {1 << 62, 1}}},
		{u8, b, []row{{0, 0}, {255, 1}}},
		{b, f32, []row{{0, 0}, {1, 1}}},
		{b, f64, []row{{0, 0}, {1, 1}}},
		{b, i32, []row{{0, 0}, {1, 1}}},
		{b, i64, []row{{0, 0}, {1, 1}}},
		{b, u8, []row{{0, 0}, {1, 1}}},
	} {
		cast := unary(func(x *graph.Node) *graph.Node { return ops.Cast(x, c.to) })
		check(t, "cast to "+c.to.String(), c.from, cast, c.rows...)
	}
	for d := graph.Float32; d <= graph.Bool; d++ {
		x := graph.New(graph.Training).Input("x", d, 2)
		if ops.Cast(x, d) != x {
			t.Errorf("a cast from %v to %v is not the operand itself", d, d)
		}
	}
}

// A cast to a dtype and back is dropped only where it changes nothing.
func TestCastThere(t *testing.T) {
	values := map[graph.Dtype][]row{
		graph.Float32: {{0.1, 0}, {-3.7, 0}, {1e30, 0}, {300, 0}},
		graph.Float64: {{0.1, 0}, {-3.7, 0}, {1e300, 0}, {300, 0}},
		graph.Int32:   {{16777217, 0}, {-1, 0}, {300, 0}},
		graph.Int64:   {{1<<53 + 2, 0}, {-1, 0}, {1 << 40, 0}},
		graph.Uint8:   {{255, 0}, {0, 0}, {1, 0}},
		graph.Bool:    {{0, 0}, {1, 0}},
	}
	for from, rows := range values {
		v := make([]float64, len(rows))
		for i, r := range rows {
			v[i] = r[0]
		}
		x := buffer(from, v, len(v))
		for via := graph.Float32; via <= graph.Bool; via++ {
			there := unary(func(x *graph.Node) *graph.Node { return ops.Cast(x, via) })
			b, err := try(there, x)
			if err != nil {
				t.Fatal(err)
			}
			want := run(t, unary(func(x *graph.Node) *graph.Node { return ops.Cast(x, from) }), b)
			got := run(t, unary(func(x *graph.Node) *graph.Node { return ops.Cast(ops.Cast(x, via), from) }), x)
			if !slices.Equal(got, want) {
				t.Errorf("%v to %v and back: %v, in two steps %v", from, via, got, want)
			}
		}
	}
}

func TestCastSlope(t *testing.T) {
	through := func(d graph.Dtype) build {
		return unary(func(x *graph.Node) *graph.Node {
			return ops.Mul(x, ops.Cast(ops.Square(ops.Cast(x, d)), x.Dtype()))
		})
	}
	check(t, "slope", graph.Float64, slope(through(graph.Float32), 0), row{2, 12}, row{-1, 3})
	check(t, "slope", graph.Float32, slope(through(graph.Float64), 0), row{2, 12}, row{-1, 3})
	checkFloat(t, "slope through int32", slope(through(graph.Int32), 0), row{2.5, 4}, row{-1.5, 1})

	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64, 2)
	y := ops.Cast(x, graph.Float32)
	if dx := autodiff.VJP([]*graph.Node{y}, []*graph.Node{ops.Like(1, y)}, []*graph.Node{x})[0]; dx.Type() != x.Type() {
		t.Errorf("the cotangent of %v is %v", x.Type(), dx.Type())
	}
	if dx := autodiff.VJP([]*graph.Node{ops.Cast(x, graph.Int64)}, []*graph.Node{ops.Like(1, x)}, []*graph.Node{x})[0]; dx != nil {
		t.Error("a cotangent flows through an integer")
	}
}
