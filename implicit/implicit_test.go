package implicit_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/implicit"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

type node = graph.Node

var sharp = implicit.Limit{Rounds: 200, Tolerance: 1e-14}

func ExampleFixedPoint() {
	g := graph.New(graph.Training)
	a := g.Constant(graph.BufferOf([]float64{2}))
	z := implicit.FixedPoint(func(z *node, theta []*node) *node { // Heron's: z = √a
		return ops.Scale(0.5, ops.Add(z, ops.Div(theta[0], z)))
	}, ops.Like(1, a), []*node{a}, implicit.Limit{Tolerance: 1e-12})
	out, err := exec.Eval(z, autodiff.Grad(z, a)[0])
	fmt.Printf("%.6f %.6f %v\n", exec.Scalar(out[0]), exec.Scalar(out[1]), err) // 1/(2√a)
	// Output: 1.414214 0.353553 <nil>
}

func ExampleRoot() {
	g := graph.New(graph.Training)
	p := g.Constant(graph.BufferOf([]float64{3}, 1))
	z := implicit.Root(func(z *node, theta []*node) *node { // z³ + p·z = 4
		return ops.Offset(ops.Add(ops.Mul(z, ops.Square(z)), ops.Mul(theta[0], z)), -4)
	}, ops.Like(1, p), []*node{p}, implicit.Limit{})
	out, err := exec.Eval(ops.Sum(z), autodiff.Grad(ops.Sum(z), p)[0])
	fmt.Printf("%.6f %.6f %v\n", exec.Scalar(out[0]), out[1].Data().([]float64)[0], err) // −z/(3z² + p)
	// Output: 1.000000 -0.166667 <nil>
}

func ExampleCG() {
	g := graph.New(graph.Training)
	m := g.Constant(graph.BufferOf([]float64{2, 1, 1, 3}, 2, 2))
	b := g.Constant(graph.BufferOf([]float64{5, 10}, 2))
	x := implicit.CG(func(x *node, theta []*node) *node {
		return ops.Reshape(ops.MatMul(theta[0], ops.Reshape(x, 2, 1)), 2)
	}, b, []*node{m}, implicit.Limit{})
	out, err := exec.Eval(x)
	fmt.Printf("%.6f %v\n", out[0].Data(), err)
	// Output: [1.000000 3.000000] <nil>
}

// Solutions have derivatives of second order, forward and reverse, that agree with differences.
func TestDerivatives(t *testing.T) {
	t.Run("fixed point", func(t *testing.T) {
		gradcheck.CheckOrder(t, 2, func(x ...*node) *node {
			w := ops.Scale(0.3, ops.Tanh(x[0]))
			return implicit.FixedPoint(func(z *node, theta []*node) *node {
				return ops.Tanh(ops.Add(ops.MatMul(z, theta[0]), theta[1]))
			}, ops.Scale(0, x[1]), []*node{w, x[1]}, sharp)
		}, gradcheck.Random(3, 3), gradcheck.Random(2, 3))
	})
	t.Run("root", func(t *testing.T) {
		gradcheck.CheckOrder(t, 2, func(x ...*node) *node {
			return implicit.Root(func(z *node, theta []*node) *node {
				cube := ops.Mul(z, ops.Square(z))
				return ops.Sub(ops.Add(cube, ops.Mul(ops.Exp(theta[0]), z)), ops.Mul(theta[1], ops.Flip(ops.Sin(z), 0)))
			}, ops.Like(1, x[0]), []*node{x[0], ops.Offset(x[1], 4)}, sharp)
		}, gradcheck.Random(3), gradcheck.Random(3))
	})
	t.Run("conjugate gradients", func(t *testing.T) {
		gradcheck.CheckOrder(t, 2, func(x ...*node) *node {
			return implicit.CG(func(v *node, theta []*node) *node { // (XᵀX + 1)·v
				xv := ops.MatMul(theta[0], ops.Reshape(v, 3, 1))
				return ops.Add(ops.Reshape(ops.MatMulT(theta[0], xv, true, false), 3), v)
			}, x[1], []*node{x[0]}, sharp)
		}, gradcheck.Random(4, 3), gradcheck.Random(3))
	})
}

// An iteration stops with the tolerance, and at the limit where it does not get there; a NaN does not pass for a solution.
func TestLimit(t *testing.T) {
	g := graph.New(graph.Training)
	half := func(z *node, theta []*node) *node { return ops.Add(ops.Scale(0.5, z), theta[0]) }
	one := g.Constant(graph.BufferOf([]float64{1}))
	near := implicit.FixedPoint(half, ops.Like(0, one), []*node{one}, implicit.Limit{Tolerance: 1e-3})
	three := implicit.FixedPoint(half, ops.Like(0, one), []*node{one}, implicit.Limit{Rounds: 3})
	out, err := exec.Eval(near, three)
	if err != nil {
		t.Fatal(err)
	}
	if v := exec.Scalar(out[0]); math.Abs(v-2) > 1e-3 || v == 2 {
		t.Errorf("stopped at %v", v)
	}
	if v := exec.Scalar(out[1]); v != 1.75 {
		t.Errorf("after three rounds %v, want 1.75", v)
	}
}

func TestErrors(t *testing.T) {
	for want, f := range map[string]func(g *graph.Graph, x *node){
		"want a list": func(g *graph.Graph, x *node) {
			implicit.Root(func(z *node, _ []*node) *node { return z }, ops.Reshape(x, 3, 1), nil, implicit.Limit{})
		},
		"want as many equations as unknowns": func(g *graph.Graph, x *node) {
			implicit.Root(func(z *node, _ []*node) *node { return ops.Sum(z) }, x, nil, implicit.Limit{})
		},
		"pass it as an operand": func(g *graph.Graph, x *node) {
			implicit.FixedPoint(func(z *node, _ []*node) *node { return ops.Mul(z, x) }, ops.Like(0, x), nil, implicit.Limit{})
		},
	} {
		g := graph.New(graph.Training)
		f(g, g.Input("x", graph.Float64, 3))
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "implicit_test.go") {
			t.Errorf("%v, want %q at a line of this file", err, want)
		}
	}
}
