package flow_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

type node = graph.Node

// Two equal loops are one node, what does not depend on the loop leaves it, and a gradient has one loop more, not two.
func TestLoops(t *testing.T) {
	g := graph.New(graph.Training)
	s, xs, w := g.Input("s", graph.Float64, 2), g.Input("xs", graph.Float64, 3, 2), g.Input("w", graph.Float64, 2)
	loop := func() *node {
		last, _ := flow.Scan([]*node{s}, []*node{xs}, func(s, x []*node) (next, y []*node) {
			return []*node{ops.Add(ops.Mul(s[0], ops.Exp(w)), x[0])}, nil
		})
		return last[0]
	}
	if first, again := loop(), loop(); first != again {
		t.Error("equal loops are two nodes")
	}
	count := func(n *node, name string) (k int) {
		for _, m := range graph.Order([]*node{n}, nil) {
			if m.Op().Name() == name {
				k++
			}
		}
		return k
	}
	if body := loop().Op().(graph.Higher).Bodies()[0]; count(body.Outs()[0], "exp") != 1 || count(loop(), "exp") != 1 {
		t.Error("the invariant was not hoisted")
	} else if strings.Contains(graphOf(body), "exp") {
		t.Error("the invariant is inside", graphOf(body))
	}
	if d := autodiff.Grad(ops.Sum(loop()), w)[0]; count(d, "scan") != 2 {
		t.Errorf("%d loops", count(d, "scan"))
	}
	if err := g.Verify(); err != nil {
		t.Error(err)
	}
	flow.Scan([]*node{s}, []*node{xs}, func(s, x []*node) (next, y []*node) {
		return []*node{ops.Mul(s[0], ops.UniformOf(s[0].Graph(), s[0].Type()))}, nil
	})
	if _, err := exec.Compile(g); err == nil || !strings.Contains(err.Error(), "flow_test.go") || !strings.Contains(err.Error(), "repeats in each step") {
		t.Error(err)
	}
}

// A branch not taken leaves no trace: not even a NaN in the gradient. Bodies that print alike can differ.
func TestBranches(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64)
	safe := func(in []*node) []*node { return []*node{ops.Log(in[0])} }
	other := func(in []*node) []*node { return []*node{ops.Like(0, in[0])} }
	y := flow.Cond(ops.Less(ops.Like(0, x), x), safe, other, x)[0]
	custom := func(slope float64) *node {
		f := autodiff.Custom("same name", func(in []*node) []*node { return []*node{ops.Tanh(in[0])} },
			func(in, _, dys []*node) []*node { return []*node{ops.Scale(slope, dys[0])} })
		return flow.Cond(g.Fill(1, graph.T(graph.Bool)), func(in []*node) []*node { return f(in[0]) }, other, x)[0]
	}
	outs := []*node{autodiff.Grad(y, x)[0], autodiff.Grad(custom(5), x)[0], autodiff.Grad(custom(6), x)[0]}
	p, err := exec.Compile(g, exec.In(x), exec.Out(outs...))
	if err != nil {
		t.Fatal(err)
	}
	for at, want := range map[float64]float64{-1: 0, 4: 0.25} {
		out, err := p.Run([]float64{at})
		if err != nil || exec.Scalar(out[0]) != want || exec.Scalar(out[1]) != 5 || exec.Scalar(out[2]) != 6 {
			t.Error(at, out[0], out[1], out[2], err)
		}
	}
}

func graphOf(f *graph.Func) string { return f.Graph().String() }

// What cannot loop or branch is one line that says why.
func TestFlowErrors(t *testing.T) {
	same := func(s, _ []*node) (next, y []*node) { return s, nil }
	first := func(in []*node) []*node { return in[:1] }
	for want, f := range map[string]func(g *graph.Graph, s, xs *node){
		"scan: state 0 is float64[2], but the body returns float64[] for it": func(_ *graph.Graph, s, xs *node) {
			flow.Scan([]*node{s}, []*node{xs}, func(s, _ []*node) (next, y []*node) { return []*node{ops.Sum(s[0])}, nil })
		},
		"scan: the body returns 0 states, want 1": func(_ *graph.Graph, s, xs *node) {
			flow.Scan([]*node{s}, []*node{xs}, func(_, _ []*node) (next, y []*node) { return nil, nil })
		},
		"want a sequence to scan over": func(_ *graph.Graph, s, _ *node) { flow.Scan([]*node{s}, nil, same) },
		"scan: sequence 1, zs [4 2], has not the length 3 of xs": func(g *graph.Graph, s, xs *node) {
			flow.Scan([]*node{s}, []*node{xs, g.Input("zs", graph.Float64, 4, 2)}, same)
		},
		"scan: sequence 1, z float64[], has no axis to scan over": func(g *graph.Graph, s, xs *node) {
			flow.Scan([]*node{s}, []*node{xs, g.Input("z", graph.Float64)}, same)
		},
		"want a condition that is a scalar bool, not bool[2]": func(g *graph.Graph, s, _ *node) {
			flow.Cond(g.Input("p", graph.Bool, 2), first, first, s)
		},
		"cond: the branches return float64[2] and float64[3 2] for result 0, want equal types": func(g *graph.Graph, s, xs *node) {
			flow.Cond(g.Input("p", graph.Bool), first, func(in []*node) []*node { return in[1:] }, s, xs)
		},
		"matmul": func(g *graph.Graph, s, _ *node) { // an operand that failed
			flow.Cond(g.Input("p", graph.Bool), first, first, ops.MatMul(s, s))
		},
		"matmul: ": func(_ *graph.Graph, s, xs *node) {
			flow.Scan([]*node{ops.MatMul(s, s)}, []*node{xs}, same)
		},
		"iota: shape [-1] has a negative size": func(_ *graph.Graph, s, _ *node) {
			flow.Fori(-1, []*node{s}, func(_ *node, s []*node) []*node { return s })
		},
		"scan: the body returns 2 states, want 1": func(_ *graph.Graph, s, _ *node) {
			flow.Fori(2, []*node{s}, func(_ *node, s []*node) []*node { return append(s, s...) })
		},
		"scan: sequence 0, reshape float64[], has no axis": func(_ *graph.Graph, s, _ *node) {
			flow.Map(func(x []*node) []*node { return x }, ops.Sum(s))
		},
		"scan: state 0 has rank 8, want less than 8": func(g *graph.Graph, _, xs *node) {
			flow.Scan([]*node{g.Input("s", graph.Float64, 1, 1, 1, 1, 1, 1, 1, 1)}, []*node{xs}, same)
		},
		"scan: a draw in a loop body repeats in each step; draw before": func(g *graph.Graph, s, xs *node) { // in a loop in a branch in a loop
			flow.Scan([]*node{s}, []*node{xs}, func(s, x []*node) (next, y []*node) {
				return flow.Cond(g.Input("p", graph.Bool), first, func(in []*node) []*node {
					return flow.Fori(2, in, func(_ *node, s []*node) []*node { return []*node{ops.Dropout(s[0], 0.5)} })
				}, s[0]), nil
			})
		},
		"cond: the branches return 1 and 2 nodes, want as many": func(g *graph.Graph, s, xs *node) {
			flow.Cond(g.Input("p", graph.Bool), first, func(in []*node) []*node { return in }, s, xs)
		},
		"cond: want branches that return something": func(g *graph.Graph, s, _ *node) {
			flow.Cond(g.Input("p", graph.Bool), func([]*node) []*node { return nil }, func([]*node) []*node { return nil }, s)
		},
		"associative scan: sequence 1, s [2], has not the length 3 of xs": func(_ *graph.Graph, s, xs *node) {
			flow.AssociativeScan(func(a, b []*node) []*node { return a }, xs, s)
		},
		"associative scan: f returns 1 nodes, want 2": func(_ *graph.Graph, s, _ *node) {
			flow.AssociativeScan(func(a, b []*node) []*node { return a[:1] }, s, s)
		},
		"associative scan: f returns float64[] for element 0, want float64[2]": func(_ *graph.Graph, _, xs *node) {
			flow.AssociativeScanReverse(func(a, b []*node) []*node { return []*node{ops.Sum(a[0])} }, xs)
		},
		"while: want a condition that is a scalar bool, not float64[2]": func(_ *graph.Graph, s, _ *node) {
			flow.While(3, []*node{s}, func(s []*node) *node { return s[0] }, func(s []*node) []*node { return s })
		},
		"while: state 0 is float64[2], but the body returns float64[] for it": func(g *graph.Graph, s, _ *node) {
			flow.While(3, []*node{s}, func([]*node) *node { return g.Input("p", graph.Bool) }, func(s []*node) []*node {
				return []*node{ops.Sum(s[0])}
			})
		},
		"while: the body returns 0 states, want 1": func(g *graph.Graph, s, _ *node) {
			flow.While(3, []*node{s}, func([]*node) *node { return g.Input("p", graph.Bool) }, func([]*node) []*node { return nil })
		},
		"while: want a limit that is not negative, not -1": func(g *graph.Graph, s, _ *node) {
			flow.While(-1, []*node{s}, func([]*node) *node { return g.Input("p", graph.Bool) }, func(s []*node) []*node { return s })
		},
		"while: a draw in a loop body repeats in each step": func(g *graph.Graph, s, _ *node) {
			flow.While(3, []*node{s}, func([]*node) *node { return g.Input("p", graph.Bool) }, func(s []*node) []*node {
				return []*node{ops.Dropout(s[0], 0.5)}
			})
		},
		"matmul: x": func(g *graph.Graph, s, xs *node) { // a body that fails
			flow.Scan([]*node{s}, []*node{xs}, func(s, x []*node) (next, y []*node) {
				return []*node{ops.MatMul(g.Input("x", graph.Float64, 2), x[0])}, nil
			})
		},
		"a body has no side effects": func(g *graph.Graph, s, xs *node) {
			v := graph.NewState("v", graph.NewBuffer(graph.T(graph.Float64, 2)))
			flow.Scan([]*node{s}, []*node{xs}, func(s, _ []*node) (next, y []*node) {
				g.Assign(v, s[0])
				return s, nil
			})
		},
	} {
		g := graph.New(graph.Training)
		f(g, g.Input("s", graph.Float64, 2), g.Input("xs", graph.Float64, 3, 2))
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "flow_test.go:") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want a line and %q", err, want)
		}
	}
}

// A kernel that fails in a body names the user's line.
func TestBodyFails(t *testing.T) {
	g := graph.New(graph.Training)
	s, at := g.Input("s", graph.Float64, 2), g.Input("at", graph.Int32, 3)
	last, _ := flow.Scan([]*node{s}, []*node{at}, func(s, at []*node) (next, y []*node) {
		return []*node{ops.Add(s[0], ops.Gather(s[0], ops.Expand(at[0], 2)))}, nil
	})
	p, err := exec.Compile(g, exec.In(s, at), exec.Out(last...))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run([]float64{1, 2}, []int32{0, 1, 0}); err != nil {
		t.Error(err)
	}
	if _, err := p.Run([]float64{1, 2}, []int32{0, 2, 0}); err == nil || !strings.Contains(err.Error(), "flow_test.go:") || !strings.Contains(err.Error(), "not in [0, 2)") {
		t.Error(err)
	}
}

// A NaN that arises in a body is traced to its op and line, in a loop in a branch too; and the bodies run as before afterwards.
func TestTrapInBody(t *testing.T) {
	g := graph.New(graph.Training)
	s, xs, w := g.Input("s", graph.Float64, 2), g.Input("xs", graph.Float64, 3, 2), g.Input("w", graph.Float64, 2)
	line := 0
	y := flow.Cond(ops.Less(ops.Sum(s), ops.Sum(w)), func(in []*node) []*node {
		last, _ := flow.Scan(in[:1], in[1:], func(s, x []*node) (next, y []*node) {
			h := ops.Add(s[0], ops.Square(x[0]))
			_, _, line, _ = runtime.Caller(0)
			bad := ops.Log(ops.Sub(w, x[0])) // the line after that one
			return []*node{ops.Mul(bad, h)}, nil
		})
		return last
	}, func(in []*node) []*node { return []*node{in[0]} }, s, xs)[0]
	p, err := exec.Compile(g, exec.In(s, xs, w), exec.Out(y))
	if err != nil {
		t.Fatal(err)
	}
	feed := []graph.Buffer{graph.BufferOf([]float64{1, 1}), graph.BufferOf([]float64{1, 1, 1, 7, 1, 1}, 3, 2), graph.BufferOf([]float64{2, 2})}
	for range 2 {
		want := fmt.Sprintf("flow_test.go:%d: log gives NaN", line+1)
		if _, err := p.RunBuffers(feed...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		if _, err := p.RunBuffers(feed[0], graph.NewBuffer(xs.Type()), feed[2]); err != nil {
			t.Error(err)
		}
	}
}
