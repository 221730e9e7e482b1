package exec_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// products are kernels that yield results piece by piece, on shapes with many pieces, and what they are called in a plan.
func products() map[string]func(x, w *graph.Node) *graph.Node {
	same := ops.Convolution{Pad: []int{1}}
	return map[string]func(x, w *graph.Node) *graph.Node{
		"conv → ": func(x, w *graph.Node) *graph.Node {
			return ops.Conv(x, w, ops.Convolution{Pad: []int{1}, Dilation: []int{1, 2}})
		},
		"winograd2 → ":    func(x, w *graph.Node) *graph.Node { return ops.Conv(x, w, same) },
		"finishedconv → ": func(x, w *graph.Node) *graph.Node { return ops.ReLU(ops.Conv(x, w, ops.Convolution{Stride: []int{2}})) },
		"convdata → ":     func(x, w *graph.Node) *graph.Node { return ops.ConvTranspose(x, w, ops.Convolution{Stride: []int{2}}) },
		"matmul → ": func(x, w *graph.Node) *graph.Node {
			return ops.MatMul(ops.Reshape(x, -1, 32), ops.Slice(ops.Reshape(w, -1, 32), 0, 0, 32))
		},
	}
}

// A pointwise group after a product or a convolution runs on each piece of its result, with the bits that it has alone.
func TestYield(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x, w := graph.NewBuffer(graph.T(graph.Float32, 48, 32, 14, 14)), graph.NewBuffer(graph.T(graph.Float32, 32, 32, 3, 3))
	for _, b := range []graph.Buffer{x, w} {
		for i := range graph.Data[float32](b) {
			graph.Data[float32](b)[i] = float32(r.NormFloat64())
		}
	}
	compile := func(f func(in []*graph.Node) []*graph.Node, workers int, shapes ...[]int) *exec.Plan {
		t.Helper()
		g := graph.New(graph.Training)
		var in []*graph.Node
		for _, s := range shapes {
			in = append(in, g.Input("x", graph.Float32, s...))
		}
		p, err := exec.Compile(g, exec.In(in...), exec.Out(f(in)...), exec.Verify(), exec.Workers(workers))
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	after := func(y *graph.Node) *graph.Node { return ops.Add(ops.Tanh(y), ops.Scale(0.5, ops.Square(y))) }
	for name, f := range products() {
		both := func(in []*graph.Node) []*graph.Node {
			y := f(in[0], in[1])
			return []*graph.Node{y, after(y)}
		}
		for _, workers := range []int{1, 3} {
			p := compile(both, workers, []int{48, 32, 14, 14}, []int{32, 32, 3, 3})
			if !strings.Contains(p.String(), name) {
				t.Fatalf("no %q in\n%s", name, p)
			}
			got, err := p.RunBuffers(x, w)
			if err != nil {
				t.Fatal(err)
			}
			alone := compile(func(in []*graph.Node) []*graph.Node { return []*graph.Node{after(in[0])} }, 1, got[0].Type.Shape.Dims())
			want, err := alone.RunBuffers(got[0])
			if err != nil {
				t.Fatal(err)
			}
			if string(got[1].Bytes()) != string(want[0].Bytes()) {
				t.Errorf("%s%d workers: other bits than alone", name, workers)
			}
		}
	}
}

// In evaluation a batch norm is pointwise: with the sum and the activation after it, it takes no pass over memory of its own.
func TestNormAfterConvolution(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	c, n := nn.NewConv2D(r, 32, 32, 3, nn.Padding(1), nn.NoBias()), nn.NewBatchNorm(32)
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float32, 48, 32, 14, 14)
	y := ops.ReLU(ops.Add(n.Forward(c.Forward(x)), x))
	p, err := exec.Compile(g, exec.In(x), exec.Out(y), exec.Verify())
	if err != nil {
		t.Fatal(err)
	}
	if s := p.String(); !strings.Contains(s, "winograd2 → ") || !strings.Contains(s, "relu") {
		t.Errorf("a step for what follows the convolution:\n%s", s)
	}
}
