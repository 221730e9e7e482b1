package nn_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
	"github.com/kedja-ml/kedja/vmap"
)

// A recurrentNet is one of the four, for tests that are the same for all.
type recurrentNet struct {
	name   string
	make   func(r *rand.Rand, in, hidden int, opts ...nn.Option) any
	unroll func(net any, x *graph.Node, from nn.Unrolling) []*graph.Node
}

func recurrentNets() []recurrentNet {
	return []recurrentNet{
		{
			"rnn", func(r *rand.Rand, in, hidden int, opts ...nn.Option) any { return nn.NewRNN(r, in, hidden, opts...) },
			func(net any, x *graph.Node, from nn.Unrolling) []*graph.Node {
				return two(net.(*nn.RNN).Unroll(x, from))
			},
		},
		{
			"lstm", func(r *rand.Rand, in, hidden int, opts ...nn.Option) any { return nn.NewLSTM(r, in, hidden, opts...) },
			func(net any, x *graph.Node, from nn.Unrolling) []*graph.Node {
				return three(net.(*nn.LSTM).Unroll(x, from))
			},
		},
		{
			"gru", func(r *rand.Rand, in, hidden int, opts ...nn.Option) any { return nn.NewGRU(r, in, hidden, opts...) },
			func(net any, x *graph.Node, from nn.Unrolling) []*graph.Node {
				return two(net.(*nn.GRU).Unroll(x, from))
			},
		},
		{
			"mingru", func(r *rand.Rand, in, hidden int, opts ...nn.Option) any { return nn.NewMinGRU(r, in, hidden, opts...) },
			func(net any, x *graph.Node, from nn.Unrolling) []*graph.Node {
				return two(net.(*nn.MinGRU).Unroll(x, from))
			},
		},
	}
}

// Second derivatives in sequences, initial states and parameters, with two layers both ways, and with lengths.
func TestRecurrentGradients(t *testing.T) {
	for _, n := range recurrentNets() {
		for _, lengths := range [][]int32{nil, {3, 0, 1}} {
			net := n.make(rand.New(rand.NewPCG(1, 2)), 2, 2, nn.Dtype(graph.Float64), nn.Layers(2), nn.Bidirectional())
			params := paramsOf(net)
			in := []graph.Buffer{gradcheck.Random(3, 3, 2), gradcheck.Random(4, 3, 2)}
			for _, p := range params {
				in = append(in, p.Value())
			}
			gradcheck.Check(t, func(in ...*graph.Node) *graph.Node {
				from := nn.Unrolling{H: in[1]}
				if lengths != nil {
					from.Lengths = in[0].Graph().Constant(graph.BufferOf(lengths, 3))
				}
				return bound(net, in[2:], func() *graph.Node {
					outs := n.unroll(net, in[0], from)
					y := ops.Sum(ops.Square(outs[0]))
					for _, s := range outs[1:] {
						y = ops.Add(y, ops.Sum(ops.Sin(s)))
					}
					return y
				})
			}, in...)
		}
	}
}

// What lies in padding steps does not matter; a sequence of length 0 has its initial state; a net over no steps has them all.
func TestRecurrentLengths(t *testing.T) {
	for _, n := range recurrentNets() {
		net := n.make(rand.New(rand.NewPCG(1, 2)), 2, 3, nn.Dtype(graph.Float64), nn.Bidirectional())
		g := graph.New(graph.Evaluation)
		x, z, h := g.Input("x", graph.Float64, 2, 4, 2), g.Input("z", graph.Float64, 2, 4, 2), g.Input("h", graph.Float64, 2, 2, 3)
		from := nn.Unrolling{H: h, Lengths: g.Constant(graph.BufferOf([]int64{2, 0}, 2))}
		a, b := n.unroll(net, x, from), n.unroll(net, z, from)
		short := n.unroll(net, ops.Slice(x, 1, 0, 2), nn.Unrolling{H: h})
		none := n.unroll(net, ops.Slice(x, 1, 0, 0), nn.Unrolling{H: h})
		outs := []*graph.Node{a[0], a[1], b[0], b[1], short[0], short[1], none[0], none[1]}
		p, err := exec.Compile(g, exec.In(x, z, h), exec.Out(outs...))
		if err != nil {
			t.Fatal(err)
		}
		v, other := gradcheck.Random(2, 4, 2), gradcheck.Random(2, 4, 2).Clone()
		for i := range graph.Data[float64](other) {
			if i >= 4 { // all but the valid steps of the first sequence
				graph.Data[float64](other)[i] = 1e6
			}
		}
		start := gradcheck.Random(2, 2, 3)
		out, err := p.RunBuffers(v, other, start)
		if err != nil {
			t.Fatal(err)
		}
		f := func(i int) []float64 { return graph.Data[float64](out[i]) }
		equal := func(what string, a, b []float64) {
			for i := range a {
				if len(a) != len(b) || math.Abs(a[i]-b[i]) > 1e-15 {
					t.Errorf("%s: %s: %v, not %v", n.name, what, a, b)
					return
				}
			}
		}
		equal("padding counts", f(0), f(2))
		equal("padding counts in the state", f(1), f(3))
		equal("valid steps", f(0)[:12], f(4)[:12])
		equal("padding steps", f(0)[12:], make([]float64, 36))
		equal("the last state", f(1)[:3], f(5)[:3])
		equal("the state of nothing", f(1)[3:6], graph.Data[float64](start)[3:6])
		equal("no steps", f(7), graph.Data[float64](start))
		if out[6].Type.Shape != graph.Of(2, 0, 6) {
			t.Error(out[6].Type)
		}
	}
}

// A net mapped over sets of sequences, weights shared, gives what each set gives.
func TestRecurrentBatched(t *testing.T) {
	for _, n := range recurrentNets() {
		net := n.make(rand.New(rand.NewPCG(1, 2)), 2, 3, nn.Dtype(graph.Float64), nn.Layers(2), nn.Bidirectional())
		g := graph.New(graph.Evaluation)
		x := g.Input("x", graph.Float64, 3, 2, 4, 2)
		all := vmap.Map(func(in []*graph.Node) []*graph.Node { return n.unroll(net, in[0], nn.Unrolling{})[:1] }, x)[0]
		var one []*graph.Node
		for i := range 3 {
			one = append(one, n.unroll(net, ops.Squeeze(ops.Slice(x, 0, i, 1), 0), nn.Unrolling{})[0])
		}
		p, err := exec.Compile(g, exec.In(x), exec.Out(ops.Max(ops.Abs(ops.Sub(all, ops.Stack(0, one...))))))
		if err != nil {
			t.Fatal(err)
		}
		out, err := p.RunBuffers(gradcheck.Random(3, 2, 4, 2))
		if err != nil || graph.Data[float64](out[0])[0] > 1e-14 {
			t.Error(n.name, out, err)
		}
	}
}

type charLSTM struct {
	In   *nn.Embedding
	LSTM *nn.LSTM
	Out  *nn.Dense
}

func (m *charLSTM) Forward(tokens *graph.Node) *graph.Node {
	return m.Out.Forward(m.LSTM.Forward(m.In.Forward(tokens)))
}

func newCharLSTM(r *rand.Rand, vocabulary, width, hidden int) *charLSTM {
	return &charLSTM{nn.NewEmbedding(r, vocabulary, width), nn.NewLSTM(r, width, hidden), nn.NewDense(r, hidden, vocabulary)}
}

// training is a plan of a step of Adam on batches of sequences.
func (m *charLSTM) training(t *testing.T, batch, steps int, opts ...exec.Option) *exec.Plan {
	g := graph.New(graph.Training)
	x, y := g.Input("x", graph.Int32, batch, steps), g.Input("y", graph.Int32, batch, steps)
	loss := nn.CrossEntropy(m.Forward(x), y)
	optim.NewAdam(nn.Params(m), optim.Constant(1e-2)).Minimize(loss)
	p, err := exec.Compile(g, append(opts, exec.In(x, y), exec.Out(loss))...)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The model of the benchmark has its number of parameters, and computes each product and its two gradients once.
func TestBenchmarkLSTM(t *testing.T) {
	m := newCharLSTM(rand.New(rand.NewPCG(1, 2)), 96, 64, 256)
	n := 0
	for _, p := range paramsOf(m) {
		n += p.Type().Shape.Size()
	}
	if n != 360_544 {
		t.Errorf("%d parameters, want 360,544", n)
	}
	if f, want := m.training(t, 32, 64).Cost().Flops, int64(6*32*64*(320*1024+256*96)); f != want {
		t.Errorf("%d operations, want %d", f, want)
	}
}

// A net learns to repeat a text, and no step allocates, with one worker or two.
func TestLSTMLearns(t *testing.T) {
	text := []int32{1, 2, 3, 1, 2, 4, 1, 2, 3, 1, 2, 4, 1, 2, 3, 1, 2, 4, 0}
	for _, workers := range []int{1, 2} {
		step := newCharLSTM(rand.New(rand.NewPCG(1, 2)), 5, 8, 16).training(t, 1, 18, exec.Workers(workers))
		x, y := graph.BufferOf(text[:18], 1, 18), graph.BufferOf(text[1:], 1, 18)
		run := func() float32 {
			out, err := step.RunBuffers(x, y)
			if err != nil {
				t.Fatal(err)
			}
			return graph.Data[float32](out[0])[0]
		}
		first := run()
		for range 300 {
			run()
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		const steps = 100
		for range steps {
			run()
		}
		runtime.ReadMemStats(&after)
		if last := run(); first < 1 || last > 0.1 {
			t.Errorf("%d workers: the loss went from %v to %v", workers, first, last)
		}
		if a := after.Mallocs - before.Mallocs; a > 2*steps { // of 1800 steps of the net; the feeds above are two
			t.Errorf("%d workers: %d allocations in %d runs", workers, a, steps)
		}
	}
}

// Dropout between layers: none after the last, none in evaluation.
func TestRecurrentDropout(t *testing.T) {
	count := func(mode graph.Mode, layers int) int {
		g := graph.New(mode)
		net := nn.NewGRU(rand.New(rand.NewPCG(1, 2)), 2, 3, nn.Layers(layers), nn.DropoutRate(0.5))
		return strings.Count(graph.Print(net.Forward(g.Input("x", graph.Float32, 1, 4, 2))), " = dropout")
	}
	if a, b, c := count(graph.Training, 1), count(graph.Training, 3), count(graph.Evaluation, 3); a != 0 || b != 2 || c != 0 {
		t.Error(a, b, c)
	}
}

func TestRecurrentBad(t *testing.T) {
	for _, n := range recurrentNets() {
		for want, f := range map[string]func(g *graph.Graph, x *graph.Node) (opts []nn.Option, in *graph.Node, from nn.Unrolling){
			"x float32[3 2]: want float32[batch, steps, 2]": func(g *graph.Graph, _ *graph.Node) ([]nn.Option, *graph.Node, nn.Unrolling) {
				return nil, g.Input("x", graph.Float32, 3, 2), nn.Unrolling{}
			},
			"x float32[1 3 5]: want float32[batch, steps, 2]": func(g *graph.Graph, _ *graph.Node) ([]nn.Option, *graph.Node, nn.Unrolling) {
				return nil, g.Input("x", graph.Float32, 1, 3, 5), nn.Unrolling{}
			},
			"x float32[4 3 2]: want float64[batch, steps, 2]": func(_ *graph.Graph, x *graph.Node) ([]nn.Option, *graph.Node, nn.Unrolling) {
				return []nn.Option{nn.Dtype(graph.Float64)}, x, nn.Unrolling{}
			},
			"want at least one layer": func(_ *graph.Graph, x *graph.Node) ([]nn.Option, *graph.Node, nn.Unrolling) {
				return []nn.Option{nn.Layers(0)}, x, nn.Unrolling{}
			},
			"h float32[1 4 5]: want initial states float32[2 4 5]": func(g *graph.Graph, x *graph.Node) ([]nn.Option, *graph.Node, nn.Unrolling) {
				return []nn.Option{nn.Layers(2)}, x, nn.Unrolling{H: g.Input("h", graph.Float32, 1, 4, 5)}
			},
			"h float32[4 4 5]: want initial states float32[2 4 5]": func(g *graph.Graph, x *graph.Node) ([]nn.Option, *graph.Node, nn.Unrolling) {
				return []nn.Option{nn.Bidirectional()}, x, nn.Unrolling{H: g.Input("h", graph.Float32, 4, 4, 5)}
			},
			"lengths float32[4]: want lengths that are integers [4]": func(g *graph.Graph, x *graph.Node) ([]nn.Option, *graph.Node, nn.Unrolling) {
				return nil, x, nn.Unrolling{Lengths: g.Input("lengths", graph.Float32, 4)}
			},
			"lengths int32[3]: want lengths that are integers [4]": func(g *graph.Graph, x *graph.Node) ([]nn.Option, *graph.Node, nn.Unrolling) {
				return nil, x, nn.Unrolling{Lengths: g.Input("lengths", graph.Int32, 3)}
			},
			"dropout": func(_ *graph.Graph, x *graph.Node) ([]nn.Option, *graph.Node, nn.Unrolling) {
				return []nn.Option{nn.Layers(2), nn.DropoutRate(1)}, x, nn.Unrolling{}
			},
			"matmul": func(_ *graph.Graph, x *graph.Node) ([]nn.Option, *graph.Node, nn.Unrolling) { // a node that failed
				return nil, ops.MatMul(x, x), nn.Unrolling{}
			},
		} {
			g := graph.New(graph.Training)
			opts, x, from := f(g, g.Input("x", graph.Float32, 4, 3, 2))
			outs := n.unroll(n.make(rand.New(rand.NewPCG(1, 2)), 2, 5, opts...), x, from)
			for _, y := range outs {
				if y.Valid() {
					t.Errorf("%s: %s: a result is valid", n.name, want)
				}
			}
			autodiff.Grad(ops.Sum(outs[0]), x)
			if err := g.Err(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "recurrent_test.go:") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v, want a line and %q", n.name, err, want)
			}
		}
	}
}

// A length below 0, or beyond the steps, is an error of the run.
func TestRecurrentLengthsRange(t *testing.T) {
	for _, n := range recurrentNets() {
		for _, d := range []graph.Dtype{graph.Int32, graph.Int64} {
			g := graph.New(graph.Evaluation)
			x, lengths := g.Input("x", graph.Float32, 2, 3, 2), g.Input("lengths", d, 2)
			outs := n.unroll(n.make(rand.New(rand.NewPCG(1, 2)), 2, 4), x, nn.Unrolling{Lengths: lengths})
			p, err := exec.Compile(g, exec.In(x, lengths), exec.Out(outs...))
			if err != nil {
				t.Fatal(err)
			}
			for length, want := range map[int]string{
				0: "", 3: "",
				4:  "index 4, number 1 of the list, is not in [0, 4)",
				-1: "index -1, number 1 of the list, is not in [0, 4)",
			} {
				v := graph.NewBuffer(lengths.Type())
				if d == graph.Int32 {
					graph.Data[int32](v)[1] = int32(length)
				} else {
					graph.Data[int64](v)[1] = int64(length)
				}
				_, err := p.Run(make([]float32, 12), v)
				if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
					t.Errorf("%s, length %d of 3: %v, want %q", n.name, length, err, want)
				}
			}
		}
	}
}
