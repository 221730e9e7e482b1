package ode_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ode"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

type node = graph.Node

// decay is dy/dt = −θ·y.
func decay(_, y *node, theta []*node) *node { return ops.Neg(ops.Mul(theta[0], y)) }

func ExampleDormandPrince() {
	g := graph.New(graph.Training)
	y0, rate := g.Constant(graph.BufferOf([]float64{2}, 1)), g.Constant(graph.BufferOf([]float64{0.5}, 1))
	y := ode.DormandPrince(decay, y0, 0, 3, ode.Tolerance{Absolute: 1e-10, Relative: 1e-10}, rate)
	ds := autodiff.Grad(ops.Sum(y), y0, rate)
	out, err := exec.Eval(y, ds[0], ds[1]) // 2·e^(−1.5), e^(−1.5), −3·2·e^(−1.5)
	fmt.Printf("%.6f %.6f %.6f %v\n", out[0].Data(), out[1].Data(), out[2].Data(), err)
	// Output: [0.446260] [0.223130] [-1.338781] <nil>
}

func ExampleRK4() {
	g := graph.New(graph.Training)
	one := g.Constant(graph.BufferOf([]float64{1}, 1))
	out, err := exec.Eval(ode.RK4(decay, one, 0, 1, 10, one), ode.RK4(decay, one, 0, 1, 20, one))
	a, b := out[0].Data().([]float64)[0], out[1].Data().([]float64)[0]
	fmt.Printf("%.1f %v\n", (a-math.Exp(-1))/(b-math.Exp(-1)), err) // half the step, a 16th of the error
	// Output: 16.7 <nil>
}

// spring turns (position, speed) by θ radians a unit of time, pushed by a force that depends on time.
func spring(t, y *node, theta []*node) *node {
	x, v := ops.Slice(y, 0, 0, 1), ops.Slice(y, 0, 1, 1)
	return ops.Add(ops.Concat(0, ops.Mul(theta[0], v), ops.Neg(ops.Mul(theta[0], x))), ops.Mul(theta[1], ops.Sin(t)))
}

// A turn by θ·t has a closed form, backwards in time too; the error is about what was asked for, and falls with it.
func TestClosedForm(t *testing.T) {
	for _, c := range []struct{ from, to float64 }{{0, 5}, {1, -4}, {2, 2}} {
		last := math.Inf(1)
		for _, tol := range []float64{1e-4, 1e-7, 1e-10} {
			g := graph.New(graph.Training)
			y0, theta := g.Constant(graph.BufferOf([]float64{1, 0}, 2)), g.Constant(graph.BufferOf([]float64{1.3}, 1))
			y := ode.DormandPrince(spring, y0, c.from, c.to, ode.Tolerance{Absolute: tol, Relative: tol}, theta, ops.Like(0, theta))
			out, err := exec.Eval(y)
			if err != nil {
				t.Fatal(err)
			}
			s, co := math.Sincos(1.3 * (c.to - c.from))
			v := out[0].Data().([]float64)
			worst := max(math.Abs(v[0]-co), math.Abs(v[1]+s))
			if worst > 20*tol || worst > last {
				t.Errorf("from %v to %v at %v: off by %v, before that %v", c.from, c.to, tol, worst, last)
			}
			last = worst
		}
	}
}

// Derivatives in the first state and in what is passed agree with differences, to second order, forward and reverse.
func TestDerivatives(t *testing.T) {
	t.Run("steps", func(t *testing.T) {
		gradcheck.CheckOrder(t, 2, func(x ...*node) *node { return ode.RK4(spring, x[0], 0, 1, 4, x[1], x[2]) }, gradcheck.Random(2), gradcheck.Random(1), gradcheck.Random(1))
	})
	t.Run("adjoint", func(t *testing.T) {
		g := graph.New(graph.Training)
		y0, theta := g.Constant(graph.BufferOf([]float64{1, 0.5}, 2)), g.Constant(graph.BufferOf([]float64{1.3}, 1))
		force := g.Constant(graph.BufferOf([]float64{0.7}, 1))
		solve := func(f func(ode.Field, ...*node) *node) []*node {
			loss := ops.Sum(ops.Square(f(spring, theta, force)))
			ds := autodiff.Grad(loss, y0, theta, force)
			return append(ds, autodiff.Grad(ops.Add(ops.Sum(ds[0]), ops.Sum(ds[1])), y0, theta, force)...)
		}
		sharp := ode.Tolerance{Absolute: 1e-11, Relative: 1e-11}
		got := solve(func(f ode.Field, p ...*node) *node { return ode.DormandPrince(f, y0, 0, 2, sharp, p...) })
		want := solve(func(f ode.Field, p ...*node) *node { return ode.RK4(f, y0, 0, 2, 2000, p...) })
		out, err := exec.Eval(append(got, want...)...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			a, b := out[i].Data().([]float64), out[len(got)+i].Data().([]float64)
			for j := range a {
				if math.Abs(a[j]-b[j]) > 1e-7*(1+math.Abs(b[j])) {
					t.Errorf("derivative %d, element %d: %v by the adjoint equation, %v through 2,000 steps", i, j, a[j], b[j])
				}
			}
		}
	})
}

func TestErrors(t *testing.T) {
	for want, f := range map[string]func(g *graph.Graph, x *node){
		"want at least one step, not 0": func(g *graph.Graph, x *node) { ode.RK4(decay, x, 0, 1, 0, x) },
		"want float32 or float64":       func(g *graph.Graph, x *node) { ode.DormandPrince(decay, ops.ArgMax(x, 0), 0, 1, ode.Tolerance{}, x) },
		"want times that are finite":    func(g *graph.Graph, x *node) { ode.DormandPrince(decay, x, 0, math.Inf(1), ode.Tolerance{}, x) },
		"pass it as an operand": func(g *graph.Graph, x *node) {
			ode.DormandPrince(func(_, y *node, _ []*node) *node { return ops.Mul(x, y) }, x, 0, 1, ode.Tolerance{})
		},
	} {
		g := graph.New(graph.Training)
		f(g, g.Input("x", graph.Float64, 3))
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "ode_test.go") {
			t.Errorf("%v, want %q at a line of this file", err, want)
		}
	}
	// Where steps do not suffice, or the solution does not exist, the result is NaN, and the trap names the line.
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64, 1)
	y := ode.DormandPrince(func(_, y *node, _ []*node) *node { return ops.Square(y) }, x, 0, 2, ode.Tolerance{Rounds: 300}) // 1/(1/x − t)
	p, err := exec.Compile(g, exec.In(x), exec.Out(y))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run([]float64{1}); err == nil || !strings.Contains(err.Error(), "NaN") {
		t.Errorf("past a pole: %v", err)
	}
	if out, err := p.Run([]float64{0.25}); err != nil || math.Abs(out[0].Data().([]float64)[0]-0.5) > 1e-5 {
		t.Error(out, err)
	}
}
