package ops_test

import (
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func onAxis(f func(x *graph.Node, axis int) *graph.Node, axis int) build {
	return func(in []*graph.Node) *graph.Node { return f(in[0], axis) }
}

func TestSoftmaxValues(t *testing.T) {
	x := []float64{0, math.Log(2), math.Log(5), 1000, 1000, 1000 + math.Log(2)}
	for d, tol := range map[graph.Dtype]float64{graph.Float32: 2e-5, graph.Float64: 1e-13} {
		in := ins(buffer(d, x, 2, 3))
		back := ins(buffer(d, []float64{0, 1000, math.Log(2), 1000, math.Log(5), 1000 + math.Log(2)}, 3, 2))
		tabled(t, tol,
			entry{"softmax", onAxis(ops.Softmax, 1), in, []int{2, 3}, []float64{.125, .25, .625, .25, .25, .5}},
			entry{"softmax 0", onAxis(ops.Softmax, 0), back, []int{3, 2}, []float64{.125, .25, .25, .25, .625, .5}},
			entry{"logsoftmax", onAxis(ops.LogSoftmax, -1), in, []int{2, 3}, []float64{
				math.Log(.125), math.Log(.25), math.Log(.625), math.Log(.25), math.Log(.25), math.Log(.5),
			}},
			entry{"−∞ is left out", onAxis(ops.Softmax, 0), ins(buffer(d, []float64{-inf, 3, 3}, 3)), []int{3}, []float64{0, .5, .5}},
			entry{"none but −∞", onAxis(ops.Softmax, 0), ins(buffer(d, []float64{-inf, -inf}, 2)), []int{2}, []float64{nan, nan}},
			entry{"of one", onAxis(ops.Softmax, 0), ins(buffer(d, []float64{-7}, 1)), []int{1}, []float64{1}},
			entry{"nan", onAxis(ops.LogSoftmax, 0), ins(buffer(d, []float64{1, nan}, 2)), []int{2}, []float64{nan, nan}},
			entry{"of nothing", onAxis(ops.Softmax, 1), ins(buffer(d, nil, 2, 0)), []int{2, 0}, []float64{}},
		)
	}
	// Far from the largest, the logarithm is exact though the probability is 0.
	tabled(t, 0, entry{"far", onAxis(ops.LogSoftmax, 0), ins(f32s([]int{2}, 0, 500)), []int{2}, []float64{-500, 0}})
}

func crossEntropy(in []*graph.Node) *graph.Node {
	loss, _ := ops.SoftmaxCrossEntropy(in[0], in[1])
	return loss
}

func TestSoftmaxCrossEntropyValues(t *testing.T) {
	logits := []float64{0, math.Log(2), math.Log(5), 1000, 1000, 1000 + math.Log(2)}
	residual := func(in []*graph.Node) *graph.Node {
		_, lse := ops.SoftmaxCrossEntropy(in[0], in[1])
		return lse
	}
	for _, of := range []graph.Dtype{graph.Int32, graph.Int64} {
		labels := buffer(of, []float64{1, 2}, 2)
		for d, tol := range map[graph.Dtype]float64{graph.Float32: 2e-5, graph.Float64: 2e-13} {
			in := ins(buffer(d, logits, 2, 3), labels)
			tabled(t, tol,
				entry{"loss", crossEntropy, in, []int{2}, []float64{-math.Log(.25), -math.Log(.5)}},
				entry{"lse", residual, in, []int{2}, []float64{math.Log(8), 1000 + math.Log(4)}},
				entry{"slope", slope(crossEntropy, 0), in, []int{2, 3}, []float64{.125, -.75, .625, .25, .25, -.5}},
				entry{"scalar", crossEntropy, ins(buffer(d, []float64{1, 1}, 2), buffer(of, []float64{0})), nil, []float64{math.Log(2)}},
			)
		}
	}
	// A loss far below the logits keeps its digits: lse − x would have lost them all.
	tabled(t, 1e-7, entry{"small loss", crossEntropy, ins(f32s([]int{2}, 1000, 985), i32s(nil, 0)), nil, []float64{3.059022e-07}})
}

func TestLabelsOutOfRange(t *testing.T) {
	x := f32s([]int{2, 3}, 1, 2, 3, 4, 5, 6)
	for _, c := range []struct {
		f      build
		labels graph.Buffer
		want   string
	}{
		{crossEntropy, i32s([]int{2}, 0, 3), "label 3 of row 1 is not in [0, 3)"},
		{crossEntropy, buffer(graph.Int64, []float64{-1, 0}, 2), "label -1 of row 0 is not in [0, 3)"},
		{binary(ops.Pick), i32s([]int{2}, 2, 9), "index 9, number 1 of the list, is not in [0, 3)"},
		{binary(ops.Gather), i32s([]int{1}, -4), "index -4, number 0 of the list, is not in [0, 2)"},
		{func(in []*graph.Node) *graph.Node { return ops.OneHot(in[1], 2, graph.Uint8) }, i32s([]int{1}, 2), "index 2, number 0 of the list, is not in [0, 2)"},
		{func(in []*graph.Node) *graph.Node { return ops.ScatterAdd(in[0], in[1], 2) }, i32s([]int{2}, 1, 2), "index 2, number 1 of the list, is not in [0, 2)"},
	} {
		_, err := evaluate(func(in []*graph.Node) *graph.Node { return ops.Add(c.f(in), ops.Cast(ops.Sum(in[0]), c.f(in).Dtype())) }, 2, x, c.labels)
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), "_test.go:") {
			t.Errorf("%v, want a line and %q", err, c.want)
		}
	}
}

func TestLayerNormValues(t *testing.T) {
	part := func(i int, eps float64) build {
		return func(in []*graph.Node) *graph.Node {
			y, m, r := ops.LayerNorm(in[0], eps)
			return []*graph.Node{y, m, r}[i]
		}
	}
	x := ins(f64s([]int{2, 4}, 1, 3, 1, 3, 5, 5, 5, 5))
	tabled(t, 1e-15,
		entry{"y", part(0, 3), x, []int{2, 4}, []float64{-.5, .5, -.5, .5, 0, 0, 0, 0}},
		entry{"mean", part(1, 3), x, []int{2, 1}, []float64{2, 5}},
		entry{"rstd", part(2, 3), x, []int{2, 1}, []float64{.5, 1 / math.Sqrt(3)}},
		entry{"slope of the squares", slope(func(in []*graph.Node) *graph.Node { return ops.Square(part(0, 3)(in)) }, 0), x, []int{2, 4}, []float64{
			-.375, .375, -.375, .375, 0, 0, 0, 0,
		}},
	)
	// The variance is not lost beside a large mean.
	tabled(t, 1e-6, entry{"large mean", part(0, 0), ins(f32s([]int{2}, 1e6, 1e6+1)), []int{2}, []float64{-1, 1}})
}
