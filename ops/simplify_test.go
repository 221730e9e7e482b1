package ops_test

import (
	"bytes"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// eval runs the kernels of y's graph one by one, with nothing simplified and nothing fused.
func eval(t *testing.T, x graph.Buffer, f build) graph.Buffer {
	t.Helper()
	g := graph.New(graph.Training)
	in := g.Placeholder("x", x.Type)
	y := f([]*graph.Node{in})
	at := map[*graph.Node]graph.Buffer{in: x}
	for _, n := range graph.Order([]*graph.Node{y}, nil) {
		if n == in {
			continue
		}
		c := &graph.Call{Out: []graph.Buffer{graph.NewBuffer(n.Type())}, Tasks: 1}
		for _, a := range n.In() {
			c.In = append(c.In, at[a])
		}
		if err := n.Op().(graph.Kernel).Eval(c); err != nil {
			t.Fatal(err)
		}
		at[n] = c.Out[0]
	}
	return at[y]
}

// What is simplified has the bits that it has without.
func TestSimplifyIsExact(t *testing.T) {
	pow := func(p float64) build { return unary(func(x *graph.Node) *graph.Node { return ops.Pow(x, p) }) }
	for name, f := range map[string]build{
		"pow -1": pow(-1), "pow 0": pow(0), "pow 1": pow(1), "pow 2": pow(2), "pow 3": pow(3),
		"neg neg": unary(func(x *graph.Node) *graph.Node { return ops.Neg(ops.Neg(x)) }),
		"div 1":   unary(func(x *graph.Node) *graph.Node { return ops.Div(x, ops.Like(1, x)) }),
		"mul 1":   unary(func(x *graph.Node) *graph.Node { return ops.Mul(ops.Like(1, x), x) }),
		"mul 0.1": unary(func(x *graph.Node) *graph.Node { return ops.Mul(x, ops.Like(0.1, x)) }),
		"scale 1": unary(func(x *graph.Node) *graph.Node { return ops.Scale(1, x) }),
		"float64": unary(func(x *graph.Node) *graph.Node { return ops.Cast(ops.Cast(x, graph.Float64), x.Dtype()) }),
		"float32": unary(func(x *graph.Node) *graph.Node { return ops.Cast(ops.Cast(x, graph.Float32), x.Dtype()) }),
		"int64":   unary(func(x *graph.Node) *graph.Node { return ops.Cast(ops.Cast(x, graph.Int64), x.Dtype()) }),
	} {
		for _, d := range both {
			x := specials(d)
			got, err := try(f, x)
			if err != nil {
				t.Fatal(name, err)
			}
			if want := eval(t, x, f); !bytes.Equal(got.Bytes(), want.Bytes()) {
				t.Errorf("%s %v: %v, not simplified %v, of %v", name, d, floats(got), floats(want), floats(x))
			}
		}
	}
}

// specials are numbers of all magnitudes, subnormal ones among them, and ±0 and ±∞.
func specials(d graph.Dtype) graph.Buffer {
	v := []float64{0, zero, 1, -1, inf, -inf, math.MaxFloat32, math.MaxFloat64, 5e-324, -0x1p-149, 0x1p-126, 0x1p-1022}
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		v = append(v, r.NormFloat64(), math.Ldexp(r.NormFloat64(), r.IntN(300)-150), math.Ldexp(r.NormFloat64(), r.IntN(2000)-1050))
	}
	return buffer(d, v, len(v))
}

func TestSimplified(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 5)
	for name, y := range map[string]*graph.Node{
		"pow":  ops.Pow(x, 1),
		"div":  ops.Div(x, ops.Like(1, x)),
		"neg":  ops.Neg(ops.Neg(x)),
		"cast": ops.Cast(ops.Cast(x, graph.Float64), graph.Float32),
		"stop": ops.StopGradient(x),
	} {
		s := y.Op().(graph.Simplifier)
		if s.Simplify(y) != x {
			t.Errorf("%s is not simplified", name)
		}
	}
	for name, y := range map[string]*graph.Node{
		"pow":  ops.Pow(x, 0.5),
		"div":  ops.Div(x, ops.Like(2, x)),
		"neg":  ops.Neg(ops.Exp(x)),
		"cast": ops.Cast(ops.Cast(x, graph.Int64), graph.Float32),
	} {
		if s := y.Op().(graph.Simplifier); s.Simplify(y) != nil {
			t.Errorf("%s is simplified", name)
		}
	}
}

// Kernels allocate nothing.
func TestNoAllocation(t *testing.T) {
	for _, d := range both {
		x := buffer(d, span(0.1, 2, 300), 300)
		ints, bools := buffer(graph.Int32, span(1, 20, 300), 300), buffer(graph.Bool, span(0, 1, 300), 300)
		for name, f := range map[string]func(*graph.Node) *graph.Node{
			"neg": ops.Neg, "reciprocal": ops.Reciprocal, "sqrt": ops.Sqrt, "rsqrt": ops.Rsqrt, "exp": ops.Exp, "log": ops.Log, "log1p": ops.Log1p,
			"abs": ops.Abs, "sign": ops.Sign, "step": ops.Step, "sigmoid": ops.Sigmoid, "softplus": ops.Softplus, "relu": ops.ReLU, "erf": ops.Erf,
			"gelu": ops.GELU, "gelutanh": ops.GELUTanh, "finite": ops.IsFinite, "tanh": ops.Tanh, "sin": ops.Sin, "cos": ops.Cos,
			"square": ops.Square,
			"pow":    func(x *graph.Node) *graph.Node { return ops.Pow(x, 1.5) },
			"leaky":  func(x *graph.Node) *graph.Node { return ops.LeakyReLU(x, 0.1) },
			"clamp":  func(x *graph.Node) *graph.Node { return ops.Clamp(x, 1, 2) },
			"cast":   func(x *graph.Node) *graph.Node { return ops.Cast(x, graph.Int32) },
			"bool":   func(x *graph.Node) *graph.Node { return ops.Cast(x, graph.Bool) },
			"scale":  func(x *graph.Node) *graph.Node { return ops.Scale(3, x) },
			"affine": func(x *graph.Node) *graph.Node { return ops.Affine(3, x, 1) },
			"tap":    func(x *graph.Node) *graph.Node { return ops.Tap(x, func(graph.Buffer) {}) },
		} {
			if n := allocates(unary(f), x); n > 0 {
				t.Errorf("%s %v allocates %v times", name, d, n)
			}
		}
		for name, f := range map[string]func(a, b *graph.Node) *graph.Node{
			"add": ops.Add, "sub": ops.Sub, "mul": ops.Mul, "div": ops.Div, "maximum": ops.Maximum, "minimum": ops.Minimum,
			"equal": ops.Equal, "less": ops.Less, "lessequal": ops.LessEqual, "notequal": ops.NotEqual,
		} {
			if n := allocates(binary(f), x, x) + allocates(binary(f), ints, ints); n > 0 {
				t.Errorf("%s %v allocates %v times", name, d, n)
			}
		}
		if n := allocates(func(in []*graph.Node) *graph.Node { return ops.Where(in[0], in[1], in[2]) }, bools, x, x); n > 0 {
			t.Errorf("where %v allocates %v times", d, n)
		}
		if n := allocates(binary(ops.And), bools, bools) + allocates(binary(ops.Or), bools, bools) + allocates(unary(ops.Not), bools); n > 0 {
			t.Errorf("logic allocates %v times", n)
		}
		for name, f := range draws {
			key := buffer(graph.Int64, []float64{1, 2}, 2)
			g := graph.New(graph.Training)
			y := f(g, graph.T(d, 33))
			for _, n := range graph.Order([]*graph.Node{y}, nil) {
				in := n.In()
				if len(in) == 0 || in[len(in)-1].Dtype() != graph.Int64 { // it does not draw
					continue
				}
				c := &graph.Call{In: []graph.Buffer{key}, Out: []graph.Buffer{graph.NewBuffer(n.Type())}, Tasks: 1}
				if len(in) == 2 {
					c.In = []graph.Buffer{buffer(d, span(0, 1, 33), 33), key}
				}
				if k := testing.AllocsPerRun(10, func() { _ = n.Op().(graph.Kernel).Eval(c) }); k > 0 {
					t.Errorf("%s %v: %s allocates %v times", name, d, n.Op().Name(), k)
				}
			}
		}
	}
}
