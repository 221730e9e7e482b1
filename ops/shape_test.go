package ops_test

import (
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func TestShapes(t *testing.T) {
	x := func(f func(x *graph.Node) *graph.Node) build { return unary(f) }
	dtypes := []graph.Dtype{graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Uint8}
	for _, d := range dtypes {
		m, v := ins(ramp(d, 2, 3)), ins(ramp(d, 5))
		tabled(t, 0,
			entry{"transpose", x(func(x *graph.Node) *graph.Node { return ops.Transpose(x) }), m, []int{3, 2}, []float64{0, 3, 1, 4, 2, 5}},
			entry{"transpose 0 1", x(func(x *graph.Node) *graph.Node { return ops.Transpose(x, 0, -1) }), m, []int{2, 3}, []float64{0, 1, 2, 3, 4, 5}},
			entry{"transpose 2 0 1", x(func(x *graph.Node) *graph.Node { return ops.Transpose(x, 2, 0, 1) }), ins(ramp(d, 2, 1, 3)), []int{3, 2, 1}, []float64{0, 3, 1, 4, 2, 5}},
			entry{"swap", x(func(x *graph.Node) *graph.Node { return ops.SwapAxes(x, 0, -1) }), ins(ramp(d, 2, 1, 2)), []int{2, 1, 2}, []float64{0, 2, 1, 3}},
			entry{"move", x(func(x *graph.Node) *graph.Node { return ops.MoveAxis(x, 0, -1) }), ins(ramp(d, 2, 1, 3)), []int{1, 3, 2}, []float64{0, 3, 1, 4, 2, 5}},
			entry{"move back", x(func(x *graph.Node) *graph.Node { return ops.MoveAxis(x, 2, 0) }), ins(ramp(d, 2, 1, 3)), []int{3, 2, 1}, []float64{0, 3, 1, 4, 2, 5}},
			entry{"slice", x(func(x *graph.Node) *graph.Node { return ops.Slice(x, 1, 1, 2) }), m, []int{2, 2}, []float64{1, 2, 4, 5}},
			entry{"slice none", x(func(x *graph.Node) *graph.Node { return ops.Slice(x, 0, 2, 0) }), m, []int{0, 3}, []float64{}},
			entry{"every second", x(func(x *graph.Node) *graph.Node { return ops.SliceStep(x, 0, 0, 3, 2) }), v, []int{3}, []float64{0, 2, 4}},
			entry{"backwards", x(func(x *graph.Node) *graph.Node { return ops.SliceStep(x, 0, 4, 2, -3) }), v, []int{2}, []float64{4, 1}},
			entry{"flip", x(func(x *graph.Node) *graph.Node { return ops.Flip(x, -1) }), m, []int{2, 3}, []float64{2, 1, 0, 5, 4, 3}},
			entry{"flip nothing", x(func(x *graph.Node) *graph.Node { return ops.Flip(x, 0) }), ins(ramp(d, 0, 2)), []int{0, 2}, []float64{}},
			entry{"flip of a transpose", x(func(x *graph.Node) *graph.Node { return ops.Flip(ops.Transpose(x), 0) }), m, []int{3, 2}, []float64{2, 5, 1, 4, 0, 3}},
			entry{"pad", x(func(x *graph.Node) *graph.Node { return ops.Pad(x, 1, 1, 2) }), m, []int{2, 6}, []float64{0, 0, 1, 2, 0, 0, 0, 3, 4, 5, 0, 0}},
			entry{"pad with", x(func(x *graph.Node) *graph.Node { return ops.PadWith(x, 0, 1, 0, 7) }), m, []int{3, 3}, []float64{7, 7, 7, 0, 1, 2, 3, 4, 5}},
			entry{"pad nothing", x(func(x *graph.Node) *graph.Node { return ops.PadWith(x, 0, 1, 1, 3) }), ins(ramp(d, 0)), []int{2}, []float64{3, 3}},
			entry{"concat", x(func(x *graph.Node) *graph.Node { return ops.Concat(1, x, ops.Slice(x, 1, 0, 1)) }), m, []int{2, 4}, []float64{0, 1, 2, 0, 3, 4, 5, 3}},
			entry{"concat rows", x(func(x *graph.Node) *graph.Node { return ops.Concat(-2, x, x) }), ins(ramp(d, 1, 2)), []int{2, 2}, []float64{0, 1, 0, 1}},
			entry{"stack", x(func(x *graph.Node) *graph.Node { return ops.Stack(1, x, x) }), ins(ramp(d, 2)), []int{2, 2}, []float64{0, 0, 1, 1}},
			entry{"stack last", x(func(x *graph.Node) *graph.Node { return ops.Stack(-1, x, x) }), ins(ramp(d, 2)), []int{2, 2}, []float64{0, 0, 1, 1}},
		)
	}
	tabled(t, 0,
		entry{"pad of bools", x(func(x *graph.Node) *graph.Node { return ops.PadWith(x, 0, 1, 0, 1) }), ins(buffer(graph.Bool, []float64{0, 1}, 2)), []int{3}, []float64{1, 0, 1}},
		entry{"slope of slices", slope(x(func(x *graph.Node) *graph.Node { return ops.Concat(0, ops.SliceStep(x, 0, 0, 2, 2), ops.Flip(x, 0)) }), 0), ins(ramp(graph.Float64, 4)), []int{4}, []float64{2, 1, 2, 1}},
	)
}

func TestSplit(t *testing.T) {
	for i, want := range [][]float64{{0, 3}, {}, {1, 2, 4, 5}} {
		f := func(in []*graph.Node) *graph.Node { return ops.Split(in[0], -1, 1, 0, 2)[i] }
		tabled(t, 0, entry{"split", f, ins(ramp(graph.Float32, 2, 3)), []int{2, len(want) / 2}, want})
	}
}

// Wrappers pass on what has failed already, and the first error stays.
func TestFailedOperands(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 2, 3)
	bad := ops.Sum(x, 7)
	first := g.Err()
	if first == nil {
		t.Fatal("no axis 7")
	}
	i := g.Input("i", graph.Int32, 2)
	a, b := ops.MaxWithIndex(bad, 0)
	c, d := ops.MaxPoolWithIndex(bad, ops.Pooling{Window: []int{2}})
	e, f := ops.SoftmaxCrossEntropy(bad, i)
	l, m, r := ops.LayerNorm(bad, 1)
	for k, y := range append([]*graph.Node{
		a, b, c, d, e, f, l, m, r,
		ops.Sum(bad), ops.Mean(bad, 0), ops.Max(bad), ops.Min(bad, 0, 1), ops.ArgMax(bad, 0), ops.LogSumExp(bad), ops.Softmax(bad, 0), ops.LogSoftmax(bad, 1),
		ops.MatMul(bad, x), ops.MatMulT(x, bad, true, false), ops.Conv(bad, x, ops.Convolution{}), ops.ConvTranspose(x, bad, ops.Convolution{}),
		ops.MaxPool(bad, ops.Pooling{}), ops.AvgPool(bad, ops.Pooling{}), ops.Transpose(bad), ops.SwapAxes(bad, 0, 1), ops.MoveAxis(bad, 0, 1),
		ops.Slice(bad, 0, 0, 1), ops.Flip(bad, 0), ops.Pad(bad, 0, 1, 1), ops.Concat(0, x, bad), ops.Stack(0, bad, x), ops.Gather(bad, i), ops.GatherAxis(x, bad, 1),
		ops.ScatterAdd(bad, i, 2), ops.Pick(bad, i), ops.Pick(x, bad), ops.OneHot(bad, 3, graph.Float32), ops.Squeeze(bad), ops.At(bad, 0, 0), ops.Unsqueeze(bad, 0), ops.Flatten(bad, 0),
		ops.Reshape(bad, -1), ops.Expand(bad, 2),
	}, ops.Split(bad, 0, 1, 1)...) {
		if y.Valid() {
			t.Errorf("result %d is valid", k)
		}
	}
	if g.Err() != first {
		t.Error(g.Err())
	}
}
