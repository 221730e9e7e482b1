package optim_test

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// wrapped are optimisers around others, stopped and restored by TestResume.
var wrapped = map[string]func(b *bench) optim.Optimizer{
	"accumulate": func(b *bench) optim.Optimizer {
		return optim.Accumulate(optim.NewAdam(b.all(), optim.Cosine(0.1, 0, 9)), 4)
	},
	"accumulate-groups": func(b *bench) optim.Optimizer { return optim.Accumulate(optimisers["groups-adamw"](b), 3) },
	"lookahead": func(b *bench) optim.Optimizer {
		return optim.Lookahead(optim.NewNAdam(b.all(), optim.Constant(0.1)), 0.5, 6)
	},
	"both": func(b *bench) optim.Optimizer {
		return optim.Accumulate(optim.Lookahead(optim.NewSGD(b.all(), optim.Constant(0.1), 0.9), 0.8, 2), 3)
	},
}

// The mean of the gradients of small batches is that of the big one: after every k-th run parameters and moments are what the inner
// optimiser makes of the means, and between those runs nothing but the sums has changed.
func TestAccumulate(t *testing.T) {
	const k = 4
	for name, build := range optimisers {
		small := newBench(t, doubles, func(b *bench) optim.Optimizer { return optim.Accumulate(build(b), k) })
		big := newBench(t, doubles, build)
		for step := range 6 {
			before := snapshot(small)
			for i := range k {
				if i > 0 && !slices.Equal(snapshot(small), before) {
					t.Fatalf("%s: something has changed after %d runs", name, small.done)
				}
				small.run(t, 1)
			}
			var in []graph.Buffer
			for j, p := range big.vars {
				in = append(in, buffer(p.Type(), func(i int) (sum float64) {
					for at := range k {
						sum += gradient(j, i, step*k+at)
					}
					return sum / k
				}))
			}
			if _, err := big.plan.RunBuffers(in...); err != nil {
				t.Fatal(err)
			}
		}
		for i, v := range snapshot(small) {
			if w := snapshot(big)[i]; math.Abs(v-w) > 1e-11*math.Abs(w) {
				t.Errorf("%s: %v from small batches, %v from big ones", name, v, w)
			}
		}
	}
}

// snapshot is everything that a bench's optimiser may change, but for the sums and their count.
func snapshot(b *bench) (out []float64) {
	for _, p := range b.vars {
		out = append(out, floats(p.Value())...)
	}
	for name, s := range b.opt.States() {
		if len(name) < 11 || name[:11] != "accumulate." {
			out = append(out, floats(s.Value())...)
		}
	}
	return out
}

// A model's loss over halves of a batch, accumulated, trains as its loss over the whole does.
func TestAccumulateBatches(t *testing.T) {
	xs := []float64{1, 2, 3, 4, 5, 6, 7, 8}
	fit := func(n, every int) float64 {
		w := vector("w", 0.5)
		g := graph.New(graph.Training)
		x := g.Input("x", graph.Float64, n)
		loss := ops.Mean(ops.Square(ops.Sub(ops.Mul(x, g.Use(w)), ops.Sin(x))))
		optim.Accumulate(optim.NewSGD(one(w), optim.Constant(0.01), 0.9), every).Minimize(loss)
		step := compile(t, g, []*node{x})
		for range 10 {
			for at := 0; at < 8; at += n {
				if _, err := step.RunBuffers(graph.BufferOf(xs[at:at+n], n)); err != nil {
					t.Fatal(err)
				}
			}
		}
		return floats(w.Value())[0]
	}
	want := fit(8, 1)
	for n, every := range map[int]int{4: 2, 2: 4, 1: 8} {
		if got := fit(n, every); math.Abs(got-want) > 1e-14 {
			t.Errorf("batches of %d: %v, want %v", n, got, want)
		}
	}
}

// Slow weights and fast ones, against the algorithm by hand.
func TestLookahead(t *testing.T) {
	b := newBench(t, doubles, func(b *bench) optim.Optimizer {
		return optim.Lookahead(optim.NewSGD(b.all(), optim.Constant(0.01), 0.9), 0.3, 4)
	})
	b.vars[0].Set(buffer(b.vars[0].Type(), func(i int) float64 { return 5 })) // what was loaded since counts as the start
	var w, v, slow [4][6]float64
	for k, p := range b.vars {
		copy(w[k][:], floats(p.Value()))
	}
	slow = w
	for step := range 19 {
		b.run(t, 1)
		for k := range w {
			for i := range w[k] {
				v[k][i] = 0.9*v[k][i] + gradient(k, i, step)
				w[k][i] -= 0.01 * v[k][i]
				if step%4 == 3 {
					slow[k][i] += 0.3 * (w[k][i] - slow[k][i])
					w[k][i] = slow[k][i]
				}
			}
			if d := distance(floats(b.vars[k].Value()), w[k][:]); d > 1e-12 {
				t.Fatalf("%s after step %d is off by %.2g", b.vars[k].Name(), step, d)
			}
		}
	}
}

// Means of the weights after each of fifty steps, against PyTorch's AveragedModel, and over some of the steps by hand.
func TestAverage(t *testing.T) {
	want := golden[map[string][][]float64](t, "averages")
	for name, make := range map[string]func(b *bench) *optim.Average{
		"ema":         func(b *bench) *optim.Average { return optim.NewEMA(b.all(), 0.9) },
		"swa":         func(b *bench) *optim.Average { return optim.NewSWA(b.all()) },
		"swa, sparse": func(b *bench) *optim.Average { return optim.NewSWA(b.all()) },
		"ema, late":   func(b *bench) *optim.Average { return optim.NewEMA(b.all(), 0.75) },
	} {
		b := &bench{}
		for k, s := range shapes {
			t := graph.Type{Dtype: graph.Float64, Shape: s}
			b.vars = append(b.vars, graph.NewParam(string(rune('a'+k)), buffer(t, func(i int) float64 { return weight(k, i) })))
		}
		a := make(b)
		if name == "swa, sparse" {
			a.Start, a.Every = 7, 5
		} else if name == "ema, late" {
			a.Start = 20
		}
		o, g := optim.NewSGD(b.all(), optim.Constant(0.01), 0.9), graph.New(graph.Training)
		var ins []*node
		for _, p := range b.vars {
			ins = append(ins, g.Placeholder(p.Name(), p.Type()))
		}
		o.Update(ins)
		a.Update(g)
		b.compile(t, g, ins)
		sum, taken := [4][]float64{}, 0.0
		for step := range 50 {
			b.run(t, 1)
			due := name == "ema, late" && step >= 20 || name == "swa, sparse" && step >= 7 && step%5 == 2
			if !due {
				continue
			}
			taken++
			for k, p := range b.vars {
				w := floats(p.Value())
				if taken == 1 {
					sum[k] = w
					continue
				}
				for i := range w {
					if name == "ema, late" {
						sum[k][i] = 0.75*sum[k][i] + 0.25*w[i]
					} else {
						sum[k][i] += w[i]
					}
				}
			}
		}
		eval := graph.New(graph.Evaluation)
		var out []*node
		eval.With(a.Bindings(eval), func() {
			for _, p := range b.vars {
				out = append(out, eval.Use(p))
			}
		})
		got, err := compile(t, eval, nil, out...).RunBuffers()
		if err != nil {
			t.Fatal(err)
		}
		for k, p := range b.vars {
			mean := want[name]
			if mean == nil {
				mean = sum[:]
				if name == "swa, sparse" {
					for i := range sum[k] {
						sum[k][i] /= taken
					}
				}
			}
			if d := distance(floats(got[k]), mean[k]); d > 1e-12 {
				t.Errorf("%s of %s is off by %.2g", name, p.Name(), d)
			}
		}
		last := floats(b.vars[0].Value())
		a.Swap()
		if !slices.Equal(floats(b.vars[0].Value()), floats(got[0])) {
			t.Errorf("%s: swapped in %v, want %v", name, floats(b.vars[0].Value()), floats(got[0]))
		}
		if a.Swap(); !slices.Equal(floats(b.vars[0].Value()), last) {
			t.Errorf("%s: swapped back %v, want %v", name, floats(b.vars[0].Value()), last)
		}
	}
}

// What holds in float64 holds in float32, and where both are mixed.
func TestWrappedDtypes(t *testing.T) {
	for name, build := range wrapped {
		want := newBench(t, doubles, build)
		want.run(t, 30)
		for _, dtypes := range [][4]graph.Dtype{
			{graph.Float32, graph.Float32, graph.Float32, graph.Float32}, {graph.Float64, graph.Float32, graph.Float64, graph.Float32},
		} {
			got := newBench(t, dtypes, build)
			got.run(t, 30)
			for k, p := range want.vars {
				if d := spread(floats(got.vars[k].Value()), floats(p.Value())); d > 1e-5 {
					t.Errorf("%s: %s in %v is off by %.2g", name, p.Name(), dtypes[k], d)
				}
			}
		}
	}
}

// Before anything is taken, a mean stands for the parameters as they were; in float32 it is of float32.
func TestAverageStart(t *testing.T) {
	w := graph.NewParam("w", graph.BufferOf([]float32{1, 2}, 2))
	a := optim.NewSWA(one(w))
	eval := graph.New(graph.Evaluation)
	got, err := compile(t, eval, nil, a.Bindings(eval)[w]).RunBuffers()
	if err != nil || !slices.Equal(floats(got[0]), []float64{1, 2}) {
		t.Error(got, err)
	}
	var names []string
	for name, s := range a.States() {
		names = append(names, fmt.Sprint(name, " ", s.Type()))
	}
	if want := []string{"swa.step float64[]", "swa.taken float64[]", "swa.mean.w float32[2]"}; !slices.Equal(names, want) {
		t.Errorf("%q, want %q", names, want)
	}
}

func TestWrapErrors(t *testing.T) {
	w, b := vector("W", 1, 2), vector("B", 3)
	sgd := func() optim.Optimizer { return optim.NewSGD(one(w, b), optim.Constant(1), 0) }
	swapped := func(g *graph.Graph) []*node { return []*node{g.Use(b), g.Use(w)} }
	both := func(g *graph.Graph) []*node { return []*node{g.Use(w), g.Use(b)} }
	for want, f := range map[string]func(g *graph.Graph){
		"accumulate: a step every 0 runs":                  func(g *graph.Graph) { optim.Accumulate(sgd(), 0).Update(both(g)) },
		"accumulate: 1 gradients for 2 parameters":         func(g *graph.Graph) { optim.Accumulate(sgd(), 2).Update([]*node{g.Use(w)}) },
		"sgd: the loss does not depend on B":               func(g *graph.Graph) { optim.Accumulate(sgd(), 2).Minimize(squares(g, w)) },
		"lookahead: a share every -1 steps":                func(g *graph.Graph) { optim.Lookahead(sgd(), 0.5, -1).Update(both(g)) },
		"lookahead: the gradient of W is float64[1], not":  func(g *graph.Graph) { optim.Lookahead(sgd(), 0.5, 2).Update(swapped(g)) },
		"sgd: the loss does not depend on B as it":         func(g *graph.Graph) { optim.Lookahead(sgd(), 0.5, 2).Minimize(squares(g, w)) },
		"ema: from step 0 on, every 0, want from 0, every": func(g *graph.Graph) { a := optim.NewEMA(one(w), 0.9); a.Every = 0; a.Update(g) },
		"ema: a decay of 2, want at least 0 and at most 1": func(g *graph.Graph) { optim.NewEMA(one(w), 2).Update(g) },
		"swa: from step -1 on, every 1":                    func(g *graph.Graph) { a := optim.NewSWA(one(w)); a.Start = -1; a.Update(g) },
	} {
		g := graph.New(graph.Training)
		f(g)
		wantErr(t, g, want)
	}
	for _, s := range []iter.Seq2[string, *graph.State]{optim.Accumulate(sgd(), 2).States(), optim.Lookahead(sgd(), 1, 2).States()} {
		n := 0
		for range s {
			if n++; n == 2 {
				break // a loop may stop in either half
			}
		}
	}
}
