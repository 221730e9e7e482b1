package exec_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// values are the bytes of variables, and versions how often each was written.
func values(vs []graph.Var) (all [][]byte, versions []uint64) {
	for _, v := range vs {
		all, versions = append(all, v.Value().Bytes()), append(versions, v.Version())
	}
	return all, versions
}

// inPlace counts the variables that a run writes where they are.
func inPlace(t *testing.T, p *exec.Plan, vs []graph.Var, in ...graph.Buffer) (n int) {
	t.Helper()
	before := make([]graph.Buffer, len(vs))
	_, versions := values(vs)
	for i, v := range vs {
		before[i] = v.Storage().Buffer
	}
	if _, err := p.RunBuffers(in...); err != nil {
		t.Fatal(err)
	}
	for i, v := range vs {
		if v.Storage().Buffer.Pointer() == before[i].Pointer() && v.Version() != versions[i] {
			n++
		}
	}
	return n
}

// With the trap off, the updates of every optimiser are written in place, and have the bits of those computed aside.
func TestUpdatesInPlace(t *testing.T) {
	aside := map[string]int{"lamb": 8, "lion": 4} // moments that a norm is taken of, or that are read after the new ones are made
	for name, make := range map[string]func(m any) optim.Optimizer{
		"sgd":      func(m any) optim.Optimizer { return optim.NewSGD(nn.Params(m), optim.Constant(0.1), 0) },
		"momentum": func(m any) optim.Optimizer { return optim.NewSGD(nn.Params(m), optim.Constant(0.1), 0.9) },
		"adam":     func(m any) optim.Optimizer { return optim.NewAdam(nn.Params(m), optim.Constant(0.1)) },
		"adamw":    func(m any) optim.Optimizer { return optim.NewAdamW(nn.Params(m), optim.Cosine(0.1, 0, 9), 0.1) },
		"rmsprop":  func(m any) optim.Optimizer { return optim.NewRMSProp(nn.Params(m), optim.Constant(0.1), 0.9, true) },
		"adagrad":  func(m any) optim.Optimizer { return optim.NewAdagrad(nn.Params(m), optim.Constant(0.1)) },
		"adadelta": func(m any) optim.Optimizer { return optim.NewAdadelta(nn.Params(m), optim.Constant(0.1)) },
		"nadam":    func(m any) optim.Optimizer { return optim.NewNAdam(nn.Params(m), optim.Constant(0.1)) },
		"radam":    func(m any) optim.Optimizer { return optim.NewRAdam(nn.Params(m), optim.Constant(0.1)) },
		"lion":     func(m any) optim.Optimizer { return optim.NewLion(nn.Params(m), optim.Constant(0.1), 0.1) },
		"lamb":     func(m any) optim.Optimizer { return optim.NewLAMB(nn.Params(m), optim.Constant(0.1), 0.1) },
	} {
		var got [2][][]byte
		var versions [2][]uint64
		for i, opts := range [][]exec.Option{{exec.NoTrap(), exec.Workers(2)}, {exec.Workers(1)}} {
			r := rand.New(rand.NewPCG(1, 2))
			m := nn.Sequential{nn.NewDense(r, 7, 300), nn.Func(ops.Tanh), nn.NewDense(r, 300, 5)}
			o := make(m)
			g := graph.New(graph.Training)
			x := g.Input("x", graph.Float32, 11, 7)
			loss := ops.Sum(ops.Square(m.Forward(x)))
			o.Minimize(loss)
			vs := nn.Vars(m)
			var vars []graph.Var
			for _, v := range vs {
				vars = append(vars, v)
			}
			for _, s := range o.States() {
				if s.Type().Shape.Rank() > 0 { // of counts, the old value may be read after the new one is made
					vars = append(vars, s)
				}
			}
			p, err := exec.Compile(g, append(opts, exec.In(x), exec.Out(loss), exec.Verify())...)
			if err != nil {
				t.Fatal(err)
			}
			for k := range 5 {
				feed := graph.NewBuffer(x.Type())
				for j := range feed.Len() {
					graph.Data[float32](feed)[j] = float32((j*j+k)%19)/9 - 1
				}
				if n := inPlace(t, p, vars, feed); i == 0 && n != len(vars)-aside[name] || i == 1 && n != 0 {
					t.Fatalf("%s: %d of %d variables are written in place\n%v", name, n, len(vars), p)
				}
			}
			got[i], versions[i] = values(vars)
		}
		if !slices.EqualFunc(got[0], got[1], bytes.Equal) || !slices.Equal(versions[0], versions[1]) {
			t.Errorf("%s: updates in place differ", name)
		}
	}
}

// Steps drawn at random read variables in every way, before and after they are assigned, through views, in swaps; some fail. What is
// written in place has the bits of what is computed aside, and a step that fails changes nothing.
func TestUpdatesAtRandom(t *testing.T) {
	rounds, placed, failures := 400, 0, 0
	if testing.Short() {
		rounds = 60
	}
	for seed := range rounds {
		var got [2][][]byte
		var versions [2][]uint64
		var failed [2]bool
		for i, opts := range [][]exec.Option{{exec.NoTrap(), exec.Workers(1 + seed%3)}, nil} {
			r := rand.New(rand.NewPCG(uint64(seed), 3))
			g := graph.New(graph.Training)
			x := g.Input("x", graph.Float64, 6, 6)
			var vars []graph.Var
			nodes := []*graph.Node{x}
			for k := range 4 {
				v := graph.NewState(fmt.Sprint("v", k), graph.NewBuffer(x.Type()))
				for j := range 36 {
					graph.Data[float64](v.Storage().Buffer)[j] = r.Float64()
				}
				vars, nodes = append(vars, v), append(nodes, g.Use(v))
			}
			for range 4 + r.IntN(12) {
				a, b := nodes[r.IntN(len(nodes))], nodes[r.IntN(len(nodes))]
				var y *graph.Node
				switch r.IntN(9) {
				case 0:
					y = ops.Transpose(a)
				case 1:
					y = ops.Add(a, ops.Slice(b, 1, 2, 1))
				case 2:
					y = ops.Sub(a, ops.Mean(b, 0))
				case 3:
					y, _, _ = ops.AdamUpdate(a, b, ops.Square(a), x, nodes[r.IntN(len(nodes))], x, 0.5, 0.25, 1)
				case 4:
					y = ops.MatMul(ops.Tanh(a), ops.Tanh(b))
				case 5:
					_, m, v := ops.AdamUpdate(b, a, ops.Square(b), x, x, x, 0.5, 0.25, 1)
					y = ops.Sub(m, v)
				case 6:
					g.Assign(vars[r.IntN(len(vars))], a)
					y = g.Use(vars[r.IntN(len(vars))])
				default:
					y = ops.Scale(0.5, ops.Add(a, b))
				}
				nodes = append(nodes, ops.Tanh(y), y)
			}
			for _, v := range vars[:1+r.IntN(len(vars))] {
				g.Assign(v, ops.Add(ops.Scale(0.25, g.Use(v)), nodes[r.IntN(len(nodes))]))
			}
			outs := []*graph.Node{ops.Sum(nodes[len(nodes)-1])}
			if r.IntN(2) == 0 {
				outs = append(outs, graph.Apply(broken{}, x))
			}
			if r.IntN(4) == 0 {
				outs = append(outs, nodes[r.IntN(len(nodes))])
			}
			p, err := exec.Compile(g, append(opts, exec.In(x), exec.Out(outs...), exec.Verify())...)
			if err != nil {
				t.Fatal(err)
			}
			for k := range 4 {
				feed := graph.NewBuffer(x.Type())
				for j := range 36 {
					graph.Data[float64](feed)[j] = float64(j%7) / 10
				}
				if k == 2 {
					graph.Data[float64](feed)[0] = -1
					before, _ := values(vars)
					if _, err := p.RunBuffers(feed); err != nil {
						after, _ := values(vars)
						failed[i] = true
						if failures++; !slices.EqualFunc(before, after, bytes.Equal) {
							t.Fatalf("seed %d: a failed step changed something\n%v", seed, p)
						}
					}
					continue
				}
				if n := inPlace(t, p, vars, feed); i == 0 {
					placed += n
				} else if n > 0 {
					t.Fatalf("seed %d: %d updates in place with the trap on", seed, n)
				}
			}
			got[i], versions[i] = values(vars)
		}
		if failed[0] != failed[1] { // a NaN was trapped
			continue
		}
		if !slices.EqualFunc(got[0], got[1], bytes.Equal) || !slices.Equal(versions[0], versions[1]) {
			t.Fatalf("seed %d: updates in place differ", seed)
		}
	}
	if t.Logf("%d updates in place, %d failed steps", placed, failures); placed < rounds/2 || failures < rounds/4 {
		t.Error("too few of something")
	}
}

// Large updates are written in place with the trap on, too, because they are rehearsed: a NaN in the last element of one of them, or in an
// output, leaves all of them as they were, and is named.
func TestRehearsal(t *testing.T) {
	const n = 1 << 20
	a, b := graph.NewParam("a", graph.NewBuffer(graph.T(graph.Float32, n))), graph.NewParam("b", graph.NewBuffer(graph.T(graph.Float32, n)))
	g := graph.New(graph.Training)
	x, y := g.Input("x", graph.Float32, n), g.Input("y", graph.Float32)
	g.Assign(a, ops.Add(g.Use(a), x))
	g.Assign(b, ops.Sqrt(ops.Add(g.Use(b), x)))
	_, _, line, _ := runtime.Caller(0) // one below
	p, err := exec.Compile(g, exec.In(x, y), exec.Out(ops.Log(y)), exec.Workers(2), exec.Verify())
	if err != nil {
		t.Fatal(err)
	}
	vars := []graph.Var{a, b}
	ones := slices.Repeat([]float32{1}, n)
	fed, one, minus := graph.BufferOf(ones), graph.BufferOf([]float32{1}), graph.BufferOf([]float32{-1})
	if k := inPlace(t, p, vars, fed, one); k != 2 {
		t.Errorf("%d of 2 are written in place\n%v", k, p)
	}
	before, versions := values(vars)
	ones[n-1] = -5
	for where, in := range map[string][]graph.Buffer{
		fmt.Sprintf("update_test.go:%d: sqrt gives NaN", line-1): {fed, one},
		fmt.Sprintf("update_test.go:%d: log gives NaN", line+1):  {graph.NewBuffer(x.Type()), minus},
	} {
		_, err := p.RunBuffers(in...)
		if err == nil || !strings.HasPrefix(err.Error(), where) {
			t.Errorf("%v, want %s", err, where)
		}
		after, now := values(vars)
		if !slices.EqualFunc(before, after, bytes.Equal) || !slices.Equal(versions, now) {
			t.Error("a trapped step changed something")
		}
	}
	ones[n-1] = 1
	if inPlace(t, p, vars, fed, one) != 2 || graph.Data[float32](a.Value())[n-1] != 2 {
		t.Error(a.Value())
	}
}
