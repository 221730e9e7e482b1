package ops_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func product(ta, tb bool) build {
	return func(in []*graph.Node) *graph.Node { return ops.MatMulT(in[0], in[1], ta, tb) }
}

func TestMatMulValues(t *testing.T) {
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64} {
		a, b := ramp(d, 2, 3), ramp(d, 3, 2) // [0 1 2] [3 4 5] · [0 1] [2 3] [4 5]
		at, bt := buffer(d, []float64{0, 3, 1, 4, 2, 5}, 3, 2), buffer(d, []float64{0, 2, 4, 1, 3, 5}, 2, 3)
		want := []float64{10, 13, 28, 40}
		tabled(t, 0,
			entry{"NN", product(false, false), ins(a, b), []int{2, 2}, want},
			entry{"TN", product(true, false), ins(at, b), []int{2, 2}, want},
			entry{"NT", product(false, true), ins(a, bt), []int{2, 2}, want},
			entry{"TT", product(true, true), ins(at, bt), []int{2, 2}, want},
			entry{"batch", product(false, false), ins(ramp(d, 2, 1, 2), ramp(d, 2, 2, 1)), []int{2, 1, 1}, []float64{1, 13}},
			entry{"shared B", product(false, false), ins(ramp(d, 2, 2, 2), buffer(d, []float64{1, 10}, 2, 1)), []int{2, 2, 1}, []float64{10, 32, 54, 76}},
			entry{"shared Bᵀ", product(false, true), ins(ramp(d, 2, 2, 2), buffer(d, []float64{1, 10}, 1, 2)), []int{2, 2, 1}, []float64{10, 32, 54, 76}},
			entry{"shared A", product(false, false), ins(buffer(d, []float64{1, 10}, 1, 2), ramp(d, 2, 2, 1)), []int{2, 1, 1}, []float64{10, 32}},
			entry{"both ways", product(false, false), ins(ramp(d, 2, 1, 1, 1), ramp(d, 1, 2, 1, 1)), []int{2, 2, 1, 1}, []float64{0, 0, 0, 1}},
			entry{"empty sum", product(false, false), ins(ramp(d, 2, 0), ramp(d, 0, 2)), []int{2, 2}, []float64{0, 0, 0, 0}},
			entry{"no rows", product(false, false), ins(ramp(d, 0, 2), ramp(d, 2, 2)), []int{0, 2}, []float64{}},
			entry{"no batch", product(false, false), ins(ramp(d, 0, 2, 2), ramp(d, 2, 2)), []int{0, 2, 2}, []float64{}},
			entry{"slope A", slope(product(false, false), 0), ins(a, b), []int{2, 3}, []float64{1, 5, 9, 1, 5, 9}},
			entry{"slope B, shared", slope(product(false, false), 1), ins(ramp(d, 2, 2, 2), ramp(d, 2, 1)), []int{2, 1}, []float64{12, 16}},
		)
	}
}

// A transpose before a product, and a product with a shared matrix, copy nothing.
func TestProductsCopyNothing(t *testing.T) {
	for name, f := range map[string]build{
		"transposed A":  func(in []*graph.Node) *graph.Node { return ops.MatMul(ops.SwapAxes(in[0], 0, 1), in[1]) },
		"transposed B":  func(in []*graph.Node) *graph.Node { return ops.MatMul(in[0], ops.Transpose(in[1])) },
		"transposed Bᵀ": func(in []*graph.Node) *graph.Node { return ops.MatMulT(in[0], ops.Transpose(in[1]), false, true) },
		"shared B": func(in []*graph.Node) *graph.Node {
			return ops.SumKeep(ops.MatMul(ops.Reshape(in[0], 2, 2, 4), in[1]), -1)
		},
		"weight gradient": func(in []*graph.Node) *graph.Node {
			y := ops.MatMul(ops.Reshape(in[0], 2, 2, 4), in[1])
			return autodiff.VJP([]*graph.Node{y}, []*graph.Node{ops.Reshape(in[2], 2, 2, 4)}, in[1:2])[0]
		},
	} {
		g := graph.New(graph.Training)
		in := []*graph.Node{g.Input("a", graph.Float32, 4, 4), g.Input("b", graph.Float32, 4, 4), g.Input("c", graph.Float32, 4, 4)}
		p, err := exec.Compile(g, exec.In(in...), exec.Out(f(in)), exec.NoTrap())
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(p.String(), " copy ") || !strings.Contains(p.String(), " matmul ") {
			t.Errorf("%s:\n%v", name, p)
		}
	}
}

func TestFlops(t *testing.T) {
	g := graph.New(graph.Training)
	x := func(dims ...int) *graph.Node { return g.Input("x", graph.Float32, dims...) }
	for i, c := range []struct {
		y    *graph.Node
		want int64
	}{
		{ops.MatMul(x(2, 3), x(3, 5)), 2 * 2 * 3 * 5},
		{ops.MatMulT(x(7, 3, 2), x(7, 5, 3), true, true), 7 * 2 * 2 * 3 * 5},
		{ops.Conv(x(2, 4, 8, 8), x(6, 2, 3, 3), ops.Convolution{Groups: 2, Pad: []int{1}}), 2 * 2 * 6 * 2 * 9 * 64},
		{ops.ConvTranspose(x(2, 4, 8), x(4, 3, 3), ops.Convolution{}), 2 * 2 * 4 * 3 * 3 * 8},
	} {
		p, err := exec.Compile(g, exec.In(c.y.In()...), exec.Out(c.y))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.Cost().Flops; got != c.want {
			t.Errorf("%d: %d, want %d", i, got, c.want)
		}
	}
}

// One of many small products and one of a few large ones agree with the products by themselves.
func TestBatchedProducts(t *testing.T) {
	for _, s := range [][4]int{{200, 5, 7, 3}, {3, 70, 90, 130}, {1, 33, 1, 17}, {40, 1, 64, 1}} {
		for flags := range 4 {
			ta, tb := flags&1 == 1, flags&2 == 2
			adims, bdims := []int{s[0], s[1], s[2]}, []int{s[0], s[2], s[3]}
			if ta {
				adims[1], adims[2] = adims[2], adims[1]
			}
			if tb {
				bdims[1], bdims[2] = bdims[2], bdims[1]
			}
			a, b := normal(graph.Float32, 1, adims...), normal(graph.Float32, 2, bdims...)
			all, err := evaluate(product(ta, tb), 2, a, b)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range []int{0, s[0] / 2, s[0] - 1} {
				one, err := evaluate(product(ta, tb), 1, part(a, i), part(b, i))
				if err != nil {
					t.Fatal(err)
				}
				if got := part(all, i); fmt.Sprint(floats(got)) != fmt.Sprint(floats(one)) {
					t.Errorf("%v %v %v: product %d differs from the one by itself", s, ta, tb, i)
				}
			}
		}
	}
}

// part is row i along the first axis.
func part(b graph.Buffer, i int) graph.Buffer {
	row := b.Type.Shape.Cut(1, graph.MaxRank)
	return b.Part(i*row.Size(), (i+1)*row.Size()).As(row)
}
