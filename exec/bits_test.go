package exec_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/workers"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// A training run has the same bits for any number of workers, in whatever order they take the tasks.
func TestSameBits(t *testing.T) {
	defer workers.Shuffle(0)
	var want []graph.Buffer
	var losses string
	for i, n := range []int{1, 2, 3, 8, 8, 2} {
		workers.Shuffle(uint64(i * 1234567))
		m := cnn(13, 26)
		l := fmt.Sprint(m.run(t, m.compile(t, exec.Workers(n)), 6))
		if i == 0 {
			losses = l
			if most := m.compile(t, exec.Workers(1)).MostTasks(); most < 7 {
				t.Errorf("the work is cut in %d tasks, too few to tell", most)
			}
			for _, v := range m.vars {
				want = append(want, v.Value())
			}
			continue
		}
		if l != losses {
			t.Fatalf("%d workers: losses %s, want %s", n, l, losses)
		}
		for k, v := range m.vars {
			if !bytes.Equal(v.Value().Bytes(), want[k].Bytes()) {
				t.Fatalf("%d workers: %s has other bits", n, v.Name())
			}
		}
	}
}

// So has every op, with its gradient, over so many rows that the work is cut into seven tasks or more.
func TestSameBitsOfEveryOp(t *testing.T) {
	defer workers.Shuffle(0)
	var few []string
	for nth, info := range ops.All() {
		if testing.Short() && nth%8 != 0 {
			continue
		}
		k := slices.MaxFunc(info.Cases, func(a, b ops.Case) int { return elements(a) - elements(b) })
		if len(k.In) == 0 {
			continue
		}
		rows := 11 // not a power of two: the tasks are uneven
		for rows < 50_000 && compileRows(t, info, k, rows, 1).MostTasks() < 7 {
			rows *= 3
		}
		var want [][]byte
		for i, n := range []int{1, 2, 3, 8} {
			workers.Shuffle(uint64(i * 987654321))
			p := compileRows(t, info, k, rows, n)
			if i == 0 && p.MostTasks() < 7 {
				few = append(few, info.Name)
			}
			r := rand.New(rand.NewPCG(7, 8))
			var feed []graph.Buffer
			for _, o := range k.In {
				o.Shape = o.Shape.Lead(rows)
				feed = append(feed, float32s(o, r))
			}
			got, err := p.RunBuffers(feed...)
			if err != nil {
				t.Fatal(info.Name, err)
			}
			for j, b := range got {
				if i == 0 {
					want = append(want, bytes.Clone(b.Bytes()))
				} else if !bytes.Equal(b.Bytes(), want[j]) {
					t.Errorf("%s: output %d of %d rows has other bits for %d workers", info.Name, j, rows, n)
				}
			}
		}
	}
	if !testing.Short() && !slices.Equal(few, []string{"Eye", "Iota"}) { // nothing of them is mapped
		t.Errorf("ops whose work is cut in fewer than seven tasks: %v", few)
	}
}

func elements(k ops.Case) (n int) {
	for _, o := range k.In {
		n += o.Shape.Size()
	}
	return n
}

// compileRows maps a case of an op over rows, and pulls a cotangent back.
func compileRows(t *testing.T, info ops.Info, k ops.Case, rows, workers int) *exec.Plan {
	t.Helper()
	g := graph.New(graph.Training)
	var in []*graph.Node
	for _, o := range k.In {
		in = append(in, g.Placeholder("x", graph.Type{Dtype: o.Dtype, Shape: o.Shape.Lead(rows)}))
	}
	ys := vmap.Map(k.F, in...)
	outs := slices.Clone(ys)
	if info.Order > 0 {
		cot := make([]*graph.Node, len(ys))
		for i, y := range ys {
			if y.Dtype() == graph.Float32 {
				cot[i] = ops.Like(0.5, y)
			}
		}
		for _, d := range autodiff.VJP(ys, cot, in) {
			if d != nil {
				outs = append(outs, d)
			}
		}
	}
	p, err := exec.Compile(g, exec.In(in...), exec.Out(outs...), exec.Workers(workers), exec.NoTrap(), exec.Verify())
	if err != nil {
		t.Fatal(info.Name, err)
	}
	return p
}

// float32s draws an operand.
func float32s(o ops.Operand, r *rand.Rand) graph.Buffer {
	v := make([]float64, o.Shape.Size())
	copy(v, o.Draw(r, len(v))) // some operands are one number whatever is asked for; the rest stay 0
	return graph.BufferFrom(graph.Type{Dtype: o.Dtype, Shape: o.Shape}, v)
}

// Large reductions, products and convolutions, whose tasks are many and uneven.
func TestSameBitsAtSize(t *testing.T) {
	defer workers.Shuffle(0)
	for name, f := range map[string]func(x *graph.Node) *graph.Node{
		"sum":       func(x *graph.Node) *graph.Node { return ops.Sum(x) },
		"columns":   func(x *graph.Node) *graph.Node { return ops.Sum(x, 0) },
		"rows":      func(x *graph.Node) *graph.Node { return ops.Sum(x, 1) },
		"softmax":   func(x *graph.Node) *graph.Node { return ops.Softmax(x, 1) },
		"matmul":    func(x *graph.Node) *graph.Node { return ops.MatMulT(x, x, true, false) },
		"pointwise": func(x *graph.Node) *graph.Node { return ops.Mul(ops.Tanh(x), ops.Exp(ops.Neg(x))) },
		"transpose": func(x *graph.Node) *graph.Node { return ops.Add(ops.Transpose(x), ops.Sum(x, 0, 1)) },
		"conv": func(x *graph.Node) *graph.Node {
			y := ops.Reshape(x, 22, 7, 71, 27)
			w := ops.Reshape(ops.Slice(ops.Slice(x, 0, 0, 9), 1, 0, 49), 7, 7, 3, 3)
			return ops.Conv(y, w, ops.Convolution{Pad: []int{1}})
		},
		"normal":    func(x *graph.Node) *graph.Node { return ops.Add(x, ops.Normal(x.Graph(), x.Shape().Dims()...)) },
		"layernorm": func(x *graph.Node) *graph.Node { y, _, _ := ops.LayerNorm(x, 1e-5); return y },
	} {
		var want [][]byte
		for i, n := range []int{1, 2, 3, 8} {
			workers.Shuffle(uint64(i * 13579))
			g := graph.New(graph.Training)
			x := g.Input("x", graph.Float32, 22*7*9, 213)
			y := f(x)
			p, err := exec.Compile(g, exec.In(x), exec.Out(y, autodiff.Grad(ops.Mean(ops.Square(y)), x)[0]), exec.Workers(n))
			if err != nil {
				t.Fatal(name, err)
			}
			if c := p.MostTasks(); i == 0 && c < 7 {
				t.Errorf("%s: its work is cut in %d tasks, too few to tell", name, c)
			}
			feed := make([]float32, x.Shape().Size())
			for j := range feed {
				feed[j] = float32(j%977)/977 - 0.5
			}
			got, err := p.RunBuffers(graph.BufferOf(feed, x.Shape().Dims()...))
			if err != nil {
				t.Fatal(name, err)
			}
			for j, b := range got {
				if i == 0 {
					want = append(want, bytes.Clone(b.Bytes()))
				} else if !bytes.Equal(b.Bytes(), want[j]) {
					t.Errorf("%s: output %d has other bits for %d workers", name, j, n)
				}
			}
		}
	}
}
