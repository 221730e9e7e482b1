package graphfile_test

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/graphfile"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

type nodes = []*graph.Node

// straight is the identity forward, and passes the cotangent of what lies in [−1, 1] back.
func straightForward(in nodes) nodes { return nodes{ops.Sign(in[0])} }

func straightBackward(in, _, dys nodes) nodes {
	inside := ops.LessEqual(ops.Abs(in[0]), ops.Like(1, in[0]))
	return nodes{ops.Where(inside, dys[0], ops.Like(0, dys[0]))}
}

var straight = autodiff.Custom("straight", straightForward, straightBackward)

// half is an op of the user's own.
type half struct {
	ops.Pointwise
	Times int
}

func (half) Name() string                             { return "half" }
func (half) Eval(c *graph.Call) error                 { return ops.Map(c, func(x float64) float64 { return x / 2 }) }
func (half) Partial(y *graph.Node, _ int) *graph.Node { return ops.Like(0.5, y) }

// called holds what no file can: a function.
type called struct {
	ops.Pointwise
	F *named
}

type named struct {
	name string
	f    func(float64) float64
}

var doubled = &named{"doubled", func(x float64) float64 { return 2 * x }}

func (called) Name() string               { return "called" }
func (o called) Eval(c *graph.Call) error { return ops.Map(c, o.F.f) }
func calledKind() graph.Kind {
	return graph.Kind{
		Name: "mine.called", Op: called{}, Form: calledForm{},
		Pack:   func(op graph.Op) (any, error) { return calledForm{op.(called).F.name}, nil },
		Unpack: func(any) (graph.Op, error) { return called{F: doubled}, nil },
	}
}

type calledForm struct{ Called string }

var own = []graphfile.Option{
	graphfile.Custom("straight", straightForward, straightBackward),
	graphfile.Kinds(graph.Kind{Name: "mine.half", Op: half{}}, calledKind()),
}

// programs use what lies above the ops: bodies, regions computed again, rows, functions and ops of the user's own, random draws.
var programs = map[string]func(g *graph.Graph, x, w *graph.Node) nodes{
	"scan": func(g *graph.Graph, x, w *graph.Node) nodes {
		final, ys := flow.Scan(nodes{ops.Like(0, ops.At(x, 0, 0))}, nodes{x}, func(s, x nodes) (next, y nodes) {
			h := ops.Tanh(ops.Add(x[0], ops.Reshape(ops.MatMul(w, ops.Reshape(s[0], 3, 1)), 3)))
			return nodes{h}, nodes{ops.Square(h)}
		})
		return nodes{final[0], ys[0]}
	},
	"scan of checkpoints": func(g *graph.Graph, x, w *graph.Node) nodes {
		final, _ := flow.ScanReverse(nodes{w}, nodes{x}, func(s, x nodes) (next, y nodes) {
			return autodiff.Checkpoint(func(in nodes) nodes { return nodes{ops.Sin(ops.Mul(ops.MatMul(in[0], w), in[1]))} }, s[0], x[0]), nil
		})
		return final
	},
	"scan of scans": func(g *graph.Graph, x, w *graph.Node) nodes {
		_, ys := flow.Scan(nil, nodes{x}, func(_, row nodes) (_, y nodes) {
			final, _ := flow.Scan(nodes{row[0]}, nodes{w}, func(s, x nodes) (next, y nodes) {
				return nodes{ops.Mul(ops.Cos(s[0]), ops.Add(x[0], row[0]))}, nil
			})
			return nil, final
		})
		return ys
	},
	"cond": func(g *graph.Graph, x, w *graph.Node) nodes {
		pred := ops.Greater(ops.Sum(x), ops.Like(0, ops.Sum(x)))
		return flow.Cond(pred, func(in nodes) nodes { return nodes{ops.Exp(in[0]), ops.Sum(w)} },
			func(in nodes) nodes { return nodes{ops.Sin(in[0]), ops.Mean(in[0])} }, x)
	},
	"switch": func(g *graph.Graph, x, w *graph.Node) nodes {
		branch := func(f func(*graph.Node) *graph.Node) func(nodes) nodes {
			return func(in nodes) nodes { return nodes{f(in[0])} }
		}
		at := ops.Cast(ops.Sum(x), graph.Int32)
		return flow.Switch(at, []func(nodes) nodes{branch(ops.Sin), branch(ops.Cos), branch(ops.Exp), branch(ops.Square)}, x)
	},
	"while": func(g *graph.Graph, x, w *graph.Node) nodes {
		final, rounds := flow.While(7, nodes{x}, func(s nodes) *graph.Node { return ops.Less(ops.Sum(ops.Square(s[0])), ops.Like(50, ops.Sum(s[0]))) },
			func(s nodes) nodes { return nodes{ops.Scale(1.5, s[0])} })
		return append(final, rounds)
	},
	"fori": func(g *graph.Graph, x, w *graph.Node) nodes {
		return flow.Fori(3, nodes{x}, func(i *graph.Node, s nodes) nodes {
			return nodes{ops.Mul(ops.Tanh(s[0]), ops.Cast(ops.Add(i, ops.Like(1, i)), x.Dtype()))}
		})
	},
	"associative scan": func(g *graph.Graph, x, w *graph.Node) nodes {
		return flow.AssociativeScan(func(a, b nodes) nodes { return nodes{ops.Add(ops.Mul(a[0], b[0]), b[0])} }, x)
	},
	"vmap of cond": func(g *graph.Graph, x, w *graph.Node) nodes {
		return vmap.Map(func(in nodes) nodes {
			s := ops.Sum(in[0])
			return flow.Cond(ops.Less(s, ops.Like(0, s)), func(in nodes) nodes { return nodes{ops.Exp(in[0])} },
				func(in nodes) nodes { return nodes{ops.Neg(in[0])} }, in[0])
		}, x)
	},
	"vmap of scan": func(g *graph.Graph, x, w *graph.Node) nodes {
		return vmap.Map(func(in nodes) nodes {
			final, _ := flow.Scan(nodes{ops.Sum(in[0])}, nodes{w}, func(s, r nodes) (next, y nodes) {
				return nodes{ops.Tanh(ops.Add(s[0], ops.Dot(r[0], in[0])))}, nil
			})
			return final
		}, x)
	},
	"rows": func(g *graph.Graph, x, w *graph.Node) nodes {
		return vmap.Map(func(in nodes) nodes { return nodes{graph.Apply(unmapped{}, in[0])} }, x)
	},
	"checkpoint": func(g *graph.Graph, x, w *graph.Node) nodes {
		return autodiff.Checkpoint(func(in nodes) nodes { return nodes{ops.Sin(ops.MatMul(in[0], w))} }, x)
	},
	"custom": func(g *graph.Graph, x, w *graph.Node) nodes { return straight(ops.MatMul(x, w)) },
	"vmapped custom": func(g *graph.Graph, x, w *graph.Node) nodes {
		return vmap.Map(func(in nodes) nodes { return straight(in[0]) }, x)
	},
	"twice vmapped custom": func(g *graph.Graph, x, w *graph.Node) nodes {
		return vmap.Map(func(in nodes) nodes { return vmap.Map(func(in nodes) nodes { return straight(in[0]) }, in[0]) }, x)
	},
	"an op of one's own": func(g *graph.Graph, x, w *graph.Node) nodes { return nodes{graph.Apply(half{Times: 3}, ops.Sin(x))} },
	"a function": func(g *graph.Graph, x, w *graph.Node) nodes {
		return nodes{ops.StopGradient(graph.Apply(called{F: doubled}, x))}
	},
	"draws": func(g *graph.Graph, x, w *graph.Node) nodes {
		g.Fresh()
		return nodes{ops.Dropout(x, 0.5), ops.Mul(x, ops.Normal(g, x.Shape().Dims()...)), ops.Uniform(g, 3)}
	},
	"gamma": func(g *graph.Graph, x, w *graph.Node) nodes { return nodes{ops.Gamma(ops.Exp(x))} },
	"draws in a branch": func(g *graph.Graph, x, w *graph.Node) nodes {
		s := ops.Sum(x)
		return flow.Cond(ops.Less(s, s), func(in nodes) nodes { return nodes{ops.Dropout(in[0], 0.5)} }, func(in nodes) nodes { return in }, x)
	},
	"constants": func(g *graph.Graph, x, w *graph.Node) nodes {
		c := g.Constant(graph.BufferOf([]float32{1, 2, 3}, 3))
		return nodes{ops.Add(x, c), g.Constant(graph.BufferOf([]bool{true, false}, 2)), g.Constant(graph.HalvesOf(graph.BFloat16, []uint16{1, 2}, 2)), g.Fill(math.Copysign(0, -1), graph.T(graph.Float32, 2))}
	},
}

// unmapped has no batching rule, and goes over rows.
type unmapped struct{}

func (unmapped) Name() string                                { return "unmapped" }
func (unmapped) Infer(in []graph.Type) ([]graph.Type, error) { return in, nil }
func (unmapped) Eval(c *graph.Call) error {
	for i, v := range graph.Data[float32](c.In[0]) {
		graph.Data[float32](c.Out[0])[i] = 3 * v
	}
	return nil
}
func (unmapped) VJP(_, dy *graph.Node) nodes { return nodes{ops.Scale(3, dy)} }

// Programs of bodies, rows and the user's own are the same, to the second derivative, when they were saved and loaded; so are derivatives that
// are taken of what was loaded.
func TestPrograms(t *testing.T) {
	known := append(slices.Clip(own), graphfile.Kinds(graph.Kind{Name: "mine.unmapped", Op: unmapped{}}))
	for name, f := range programs {
		t.Run(name, func(t *testing.T) {
			g := graph.New(graph.Training)
			x, w := g.Input("x", graph.Float32, 4, 3), g.Input("w", graph.Float32, 3, 3)
			g.SetRNG(graph.NewRNG(0))
			ys := f(g, x, w)
			outs := append(slices.Clone(ys), derivatives(ys, nodes{x, w}, 2)...)
			if err := g.Err(); err != nil {
				t.Fatal(err)
			}
			feed := nodesFeed()
			in := nodes{x, w}
			sameBits(t, g, in, outs, again(t, g, in, outs, known...), feed)

			p := again(t, g, in, ys, known...)
			p.Out = append(p.Out, derivatives(p.Out, p.In, 2)...)
			sameBits(t, g, in, outs, p, feed)
		})
	}
}

func nodesFeed() []graph.Buffer {
	var x, w []float32
	for i := range 12 {
		x = append(x, float32(i%5)/3-0.6)
	}
	for i := range 9 {
		w = append(w, float32(i%4)/2-0.7)
	}
	return []graph.Buffer{graph.BufferOf(x, 4, 3), graph.BufferOf(w, 3, 3)}
}

// What was drawn before is not drawn again: numbers of streams go on, and another key comes too late.
func TestStreamsGoOn(t *testing.T) {
	g := graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(7))
	x := g.Input("x", graph.Float32, 2)
	p := again(t, g, nodes{x}, nodes{ops.Dropout(x, 0.5)})
	if got, want := p.Graph.Fresh(), g.Fresh(); got != want {
		t.Errorf("the next number is %d, want %d", got, want)
	}
	if p.Graph.SetRNG(graph.NewRNG(1)); p.Graph.Err() == nil {
		t.Error("another key is taken")
	}
}

// What a program does not know is an error that says what to register.
func TestNotRegistered(t *testing.T) {
	for name, c := range map[string]struct {
		f    func(x *graph.Node) *graph.Node
		save []graphfile.Option
		want string
	}{
		"save op": {func(x *graph.Node) *graph.Node { return graph.Apply(half{}, x) }, nil, "half (flow_test.go"},
		"op":      {func(x *graph.Node) *graph.Node { return graph.Apply(half{}, x) }, own, `op "mine.half" is not known: want it registered by graphfile.Kinds(graph.Kind{Name: "mine.half", Op: …})`},
		"custom":  {func(x *graph.Node) *graph.Node { return straight(x)[0] }, nil, `node 1, custom: no rule is registered for the Custom function "straight": want graphfile.Custom("straight", forward, backward), or WithoutRules`},
		"body": {func(x *graph.Node) *graph.Node {
			return autodiff.Checkpoint(func(in nodes) nodes { return straight(in[0]) }, x)[0]
		}, nil, `node 1, checkpoint, node 0, custom: no rule`},
		"bad table": {ops.Sin, []graphfile.Option{graphfile.Kinds(graph.Kind{Name: "sin", Op: half{}})}, `kind "sin" of graphfile_test.half: its name or its type is registered twice`},
		"bad field": {ops.Sin, []graphfile.Option{graphfile.Kinds(graph.Kind{Name: "c", Op: called{}})}, `kind "c": a file cannot hold F, a *graphfile_test.named: register the op with Form, Pack and Unpack`},
	} {
		g := graph.New(graph.Training)
		x := g.Input("x", graph.Float32, 2)
		data, err := graphfile.Encode(g, nodes{x}, nodes{c.f(x)}, c.save...)
		if err == nil {
			_, err = graphfile.Decode(data, fresh)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v\nwant %s", name, err, c.want)
		}
	}
}

// Without its rule a Custom function runs, but has no derivative.
func TestWithoutRules(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 4, 3)
	ys := vmap.Map(func(in nodes) nodes { return straight(ops.Sin(in[0])) }, x)
	data, err := graphfile.Encode(g, nodes{x}, ys)
	if err != nil {
		t.Fatal(err)
	}
	p, err := graphfile.Decode(data, fresh, graphfile.WithoutRules())
	if err != nil {
		t.Fatal(err)
	}
	sameBits(t, g, nodes{x}, ys, p, nodesFeed()[:1])
	if autodiff.Grad(ops.Sum(p.Out[0]), p.In...); p.Graph.Err() == nil || !strings.Contains(p.Graph.Err().Error(), "custom straight has no derivative") {
		t.Error(p.Graph.Err())
	}
}
