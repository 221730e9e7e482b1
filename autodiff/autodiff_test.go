package autodiff_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
	"github.com/kedja-ml/kedja/vmap"
)

type node = graph.Node

func Example() {
	g := graph.New(graph.Training)
	x := g.Constant(graph.BufferOf([]float64{1, 2, 3}, 3))
	y := ops.Sum(ops.Mul(x, ops.Square(x))) // Σ x³
	d := autodiff.Grad(y, x)[0]
	h := autodiff.HVP(y, []*node{x}, []*node{ops.Like(1, x)})[0]
	j := autodiff.JVP([]*node{y}, []*node{x}, []*node{ops.Like(1, x)})[0]
	out, err := exec.Eval(d, h, j)
	fmt.Println(out[0], out[1], out[2], err)
	// Output: [ 3  12  27] [ 6  12  18] 42 <nil>
}

func eval(t *testing.T, ns ...*node) []float64 {
	t.Helper()
	out, err := exec.Eval(ns...)
	if err != nil {
		t.Fatal(err)
	}
	v := make([]float64, len(out))
	for i, o := range out {
		v[i] = exec.Scalar(o)
	}
	return v
}

func scalar(g *graph.Graph, v float64) *node {
	return g.Constant(graph.BufferOf([]float64{v}).As(graph.Of()))
}

// doubled is x·y by a definition alone.
type doubled struct{ ops.Pointwise }

func (doubled) Name() string              { return "doubled" }
func (doubled) Define(in []*node) []*node { return []*node{ops.Mul(in[0], in[1])} }

// Operands of a definition may be equal, or one computed from another: nothing is counted twice.
func TestSharedOperands(t *testing.T) {
	gradcheck.CheckOrder(t, 3, func(x ...*node) *node {
		return ops.Mul(graph.Apply(doubled{}, x[0], x[0]), graph.Apply(doubled{}, x[0], ops.Tanh(x[0])))
	}, gradcheck.Random(3))
	g := graph.New(graph.Training)
	x := scalar(g, 1.5)
	if d := eval(t, autodiff.Grad(graph.Apply(doubled{}, x, x), x)[0])[0]; d != 3 {
		t.Error(d)
	}
}

// Total derivatives flow from one x to another; pulled ones treat them as independent.
func TestVJPAndPull(t *testing.T) {
	g := graph.New(graph.Training)
	x := scalar(g, 2)
	y := ops.Square(x)
	z := ops.Mul(x, y)
	one := []*node{ops.Like(1, z)}
	total := autodiff.VJP([]*node{z}, one, []*node{x, y})
	pulled := autodiff.Pull([]*node{z}, one, []*node{x, y})
	if v := eval(t, total[0], total[1], pulled[0], pulled[1]); v[0] != 12 || v[1] != 2 || v[2] != 4 || v[3] != 2 {
		t.Error(v)
	}
	w := scalar(g, 5)
	if autodiff.VJP([]*node{z}, one, []*node{w})[0] != nil || eval(t, autodiff.Grad(z, w)[0])[0] != 0 {
		t.Error("a cotangent from nowhere")
	}
}

func TestStopGradient(t *testing.T) {
	g := graph.New(graph.Training)
	x := scalar(g, 3)
	if v := eval(t, autodiff.Grad(ops.Mul(x, ops.StopGradient(x)), x)[0])[0]; v != 3 {
		t.Error(v)
	}
}

// A function with a rule of the user's: here the gradient of clipping is let through.
func TestCustom(t *testing.T) {
	straight := autodiff.Custom("straight through", func(in []*node) []*node { return []*node{ops.Clamp(in[0], -1, 1)} },
		func(in, ys, dys []*node) []*node { return dys })
	g := graph.New(graph.Training)
	x := scalar(g, 3)
	y := straight(x)[0]
	if v := eval(t, y, autodiff.Grad(ops.Scale(5, y), x)[0]); v[0] != 1 || v[1] != 5 {
		t.Error(v)
	}
	outside := scalar(g, 7)
	autodiff.Custom("reads", func(in []*node) []*node { return []*node{ops.Mul(in[0], outside)} }, nil)(x)
	if err := g.Err(); err == nil || !strings.Contains(err.Error(), "pass it as an operand") {
		t.Error(err)
	}
}

// A checkpoint has the same gradient, to any order, and computes its inside again.
func TestCheckpoint(t *testing.T) {
	gradcheck.CheckOrder(t, 3, func(x ...*node) *node {
		return autodiff.Checkpoint(func(in []*node) []*node { return []*node{ops.Mul(ops.Tanh(in[0]), x[1])} }, x[0])[0]
	}, gradcheck.Random(3), gradcheck.Random(3))
	for want, wrap := range map[int]func(f autodiff.Forward, in ...*node) []*node{
		2: autodiff.Checkpoint,
		1: func(f autodiff.Forward, in ...*node) []*node { return f(in) },
	} {
		g := graph.New(graph.Training)
		x := g.Input("x", graph.Float64, 2)
		runs := 0
		y := wrap(func(in []*node) []*node {
			return []*node{ops.Square(ops.Tap(ops.Exp(in[0]), func(graph.Buffer) { runs++ }))}
		}, x)[0]
		p, err := exec.Compile(g, exec.In(x), exec.Out(y, autodiff.Grad(ops.Sum(y), x)[0]))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := p.Run([]float64{0.1, 0.2}); err != nil || runs != want {
			t.Error(err, runs, want)
		}
	}
}

// What cannot be differentiated says so, with the line of the op; nothing is silently zero.
func TestErrors(t *testing.T) {
	for want, f := range map[string]func(g *graph.Graph, x *node) []*node{
		"grad of float64[3]: want a scalar": func(g *graph.Graph, x *node) []*node { return autodiff.Grad(x, x) },
		"grad: x (autodiff_test.go:": func(g *graph.Graph, x *node) []*node {
			other := graph.New(graph.Training)
			return autodiff.Grad(ops.Sum(x), other.Input("x", graph.Float64, 3))[:0]
		},
		"opaque has no derivative": func(g *graph.Graph, x *node) []*node {
			return autodiff.Grad(ops.Sum(graph.Apply(opaque{}, x)), x)
		},
		"the cotangent of operand 0 is float64[], not float64[3]": func(g *graph.Graph, x *node) []*node {
			return autodiff.Grad(ops.Sum(graph.Apply(opaque{Wrong: true}, x)), x)
		},
		"2 cotangents for 1 operands": func(g *graph.Graph, x *node) []*node {
			return autodiff.Grad(ops.Sum(graph.Apply(opaque{Many: true}, x)), x)
		},
		"jacobian of int32[] in float64[3]: want float32 or float64": func(g *graph.Graph, x *node) []*node {
			return autodiff.Jacobian(ops.ArgMax(x, 0), x)
		},
		"want ranks that add up to at most 8": func(g *graph.Graph, x *node) []*node {
			return autodiff.Jacobian(ops.Reshape(x, 1, 1, 1, 1, 1, 1, 1, 3), x)
		},
		"grad of int32[]: want float32 or float64": func(g *graph.Graph, x *node) []*node { return autodiff.Grad(ops.ArgMax(x, 0), x) },
		"value and grad: the function returns 2 nodes, want one": func(g *graph.Graph, x *node) []*node {
			y, ds := autodiff.ValueAndGrad(func(in []*node) []*node { return []*node{in[0], in[0]} }, x)
			return append(ds, y)
		},
		"custom one: 1 cotangents for 2 operands": func(g *graph.Graph, x *node) []*node {
			one := autodiff.Custom("one", func(in []*node) []*node { return in[:1] }, func(_, _, dys []*node) []*node { return dys })
			return autodiff.Grad(ops.Sum(one(x, ops.Exp(x))[0]), x)
		},
		"custom two: 2 cotangents for 1 operands": func(g *graph.Graph, x *node) []*node {
			two := autodiff.Custom("two", func(in []*node) []*node { return in }, func(_, _, dys []*node) []*node { return append(dys, dys...) })
			return autodiff.Grad(ops.Sum(two(x)[0]), x)
		},
		"custom forward has no derivative": func(g *graph.Graph, x *node) []*node {
			return autodiff.Grad(ops.Sum(autodiff.Custom("forward", func(in []*node) []*node { return in }, nil)(x)[0]), x)
		},
		"custom picks reads from outside what is mapped": func(g *graph.Graph, x *node) []*node {
			return vmap.Map(func(in []*node) []*node {
				picks := autodiff.Custom("picks", func(of []*node) []*node { return []*node{ops.Gather(of[0], in[0])} }, nil)
				return picks(x)
			}, g.Input("index", graph.Int32, 4))
		},
	} {
		g := graph.New(graph.Training)
		x := g.Input("x", graph.Float64, 3)
		for _, d := range f(g, x) {
			ops.Tanh(d) // inert
		}
		if err := fmt.Sprint(g.Err()); !strings.HasPrefix(err, "autodiff_test.go:") || !strings.Contains(err, want) {
			t.Errorf("%s, want %s", err, want)
		}
	}
}

type opaque struct{ Wrong, Many bool }

func (opaque) Name() string                                { return "opaque" }
func (opaque) Infer(in []graph.Type) ([]graph.Type, error) { return in, nil }
func (o opaque) VJP(_, dy *node) []*node {
	switch {
	case o.Wrong:
		return []*node{ops.Sum(dy)}
	case o.Many:
		return []*node{dy, dy}
	}
	return nil
}

// A function of the user's may read integers from outside: they are the same for every row, and get no cotangent.
func TestCustomReadsIntegers(t *testing.T) {
	g := graph.New(graph.Training)
	x, index := g.Constant(graph.BufferOf([]float64{1, 2, 3, 4, 5, 6}, 2, 3)), g.Constant(graph.BufferOf([]int32{2}))
	pick := autodiff.Custom("pick", func(in []*node) []*node { return []*node{ops.Gather(in[0], index)} },
		func(in, _, dys []*node) []*node {
			return []*node{ops.Scale(10, ops.ScatterAdd(ops.Unsqueeze(dys[0], 0), ops.Unsqueeze(index, 0), 3))}
		})
	y := vmap.Map(func(in []*node) []*node { return pick(in...) }, x)[0]
	out, err := exec.Eval(y, autodiff.Grad(ops.Sum(y), x)[0])
	if err != nil || !slices.Equal(out[0].Float64s(), []float64{3, 6}) || !slices.Equal(out[1].Float64s(), []float64{0, 0, 10, 0, 0, 10}) {
		t.Error(out, err)
	}
}

// Sixth derivative of sin at 0.7, each by differentiating the last.
func TestSixthOrder(t *testing.T) {
	g := graph.New(graph.Training)
	x := scalar(g, 0.7)
	d := ops.Sin(x)
	for range 6 {
		d = autodiff.Grad(d, x)[0]
	}
	if v := eval(t, d)[0]; math.Abs(v+math.Sin(0.7)) > 1e-15 {
		t.Error(v)
	}
}

// Cotangents and tangents that do not fit are one line; of nothing nothing is pulled back.
func TestPairs(t *testing.T) {
	for want, f := range map[string]func(x, y *node){
		"vjp: cotangents: 2 for 1 nodes":                 func(x, y *node) { autodiff.VJP([]*node{y}, []*node{y, y}, []*node{x}) },
		"vjp: cotangents: 1 for 0 nodes":                 func(x, y *node) { autodiff.VJP(nil, []*node{y}, []*node{x}) },
		"vjp: cotangent 0 is float64[], want float64[2]": func(x, y *node) { autodiff.Pull([]*node{y}, []*node{ops.Sum(y)}, []*node{x}) },
		"jvp: tangents: 0 for 1 nodes":                   func(x, y *node) { autodiff.JVP([]*node{y}, []*node{x}, nil) },
		"jvp: tangent 0 is float64[], want float64[2]":   func(x, y *node) { autodiff.JVP([]*node{y}, []*node{x}, []*node{ops.Sum(y)}) },
		"vjp: cotangents: 0 for 1 nodes":                 func(x, y *node) { autodiff.HVP(ops.Sum(y), []*node{x}, nil) },
		"grad of float64[2]: want a scalar":              func(x, y *node) { autodiff.Grad(y, x) },
	} {
		g := graph.New(graph.Training)
		x := g.Input("x", graph.Float64, 2)
		f(x, ops.Square(x))
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "autodiff_test.go:") {
			t.Errorf("%v, want a line and %q", err, want)
		}
	}
	x := graph.New(graph.Training).Input("x", graph.Float64, 2)
	if d := autodiff.VJP(nil, []*node{nil}, nil); len(d) != 0 {
		t.Error(d)
	}
	if autodiff.Dot([]*node{x}, nil) != nil || autodiff.Checkpoint(func([]*node) []*node { return nil }, x) != nil {
		t.Error("something came of nothing")
	}
	if d := autodiff.VJP(nil, nil, []*node{x}); len(d) != 1 || d[0] != nil || autodiff.JVP(nil, []*node{x}, []*node{x}) != nil {
		t.Error("something came of nothing")
	}
}
