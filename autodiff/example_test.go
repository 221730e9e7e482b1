package autodiff_test

import (
	"fmt"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// vector is a constant in a graph.
func vector(g *graph.Graph, v ...float64) *node { return g.Constant(graph.BufferOf(v, len(v))) }

// show prints the values of nodes.
func show(ns ...*node) {
	out, err := exec.Eval(ns...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, o := range out {
		fmt.Println(o.Data())
	}
}

func ExampleGrad() {
	g := graph.New(graph.Training)
	x := vector(g, 1, 2, 3)
	d := autodiff.Grad(ops.Sum(ops.Square(x)), x)[0]
	show(d, autodiff.Grad(ops.Sum(ops.Square(d)), x)[0]) // a gradient is a graph, and has one, too
	// Output:
	// [2 4 6]
	// [8 16 24]
}

func ExampleValueAndGrad() {
	g := graph.New(graph.Training)
	x := g.Constant(graph.BufferOf([]float64{1, 2, 3}))
	y, grads := autodiff.ValueAndGrad(func(in []*graph.Node) []*graph.Node {
		return []*graph.Node{ops.Sum(ops.Square(in[0]))}
	}, x)
	show(y, grads[0])
	// Output:
	// 14
	// [2 4 6]
}

func ExampleVJP() {
	g := graph.New(graph.Training)
	x := vector(g, 1, 2, 3)
	show(autodiff.VJP([]*node{ops.Square(x)}, []*node{vector(g, 1, 0, -1)}, []*node{x})[0])
	// Output: [2 0 -6]
}

func ExampleJVP() {
	g := graph.New(graph.Training)
	x := vector(g, 1, 2, 3)
	y := ops.MatMul(ops.Reshape(x, 1, 3), ops.Reshape(x, 3, 1)) // |x|²
	show(autodiff.JVP([]*node{y}, []*node{x}, []*node{vector(g, 1, 0, 0)})[0])
	// Output: [2]
}

func ExampleHVP() {
	g := graph.New(graph.Training)
	x := vector(g, 1, 2)
	y := ops.Mul(ops.Slice(x, 0, 0, 1), ops.Slice(x, 0, 1, 1)) // x₀x₁, whose Hessian exchanges the two
	show(autodiff.HVP(ops.Sum(y), []*node{x}, []*node{vector(g, 5, 7)})[0])
	// Output: [7 5]
}

func ExamplePull() {
	g := graph.New(graph.Training)
	x := vector(g, 3)
	y, one := ops.Mul(x, x), []*node{vector(g, 1)}
	// VJP gives each x the total derivative; Pull gives the whole to the first of equal operands.
	show(autodiff.VJP([]*node{y}, one, []*node{x, x})...)
	fmt.Println(autodiff.Pull([]*node{y}, one, []*node{x, x})[1])
	// Output:
	// [6]
	// [6]
	// <nil>
}

func ExampleDot() {
	g := graph.New(graph.Training)
	show(autodiff.Dot([]*node{vector(g, 1, 2), nil, vector(g, 3)}, []*node{vector(g, 10, 10), nil, vector(g, 100)}))
	// Output: 330
}

func ExampleCustom() {
	// The derivative of rounding is 0; a straight-through estimator takes the identity instead (Bengio et al., 2013).
	round := autodiff.Custom("round", func(in []*node) []*node {
		return []*node{ops.Cast(ops.Cast(ops.Offset(in[0], 0.5), graph.Int32), in[0].Dtype())}
	}, func(_, _, dys []*node) []*node { return dys })
	g := graph.New(graph.Training)
	x := vector(g, 0.2, 1.7)
	y := round(x)[0]
	show(y, autodiff.Grad(ops.Sum(ops.Square(y)), x)[0])
	// Output:
	// [0 2]
	// [0 4]
}

func ExampleCheckpoint() {
	// What the blocks compute between their ends is not kept for the backward pass, but computed again.
	g := graph.New(graph.Training)
	x := vector(g, 0.5)
	y := x
	for range 3 {
		y = autodiff.Checkpoint(func(in []*node) []*node { return []*node{ops.Square(ops.Scale(2, in[0]))} }, y)[0]
	}
	show(y, autodiff.Grad(ops.Sum(y), x)[0])
	// Output:
	// [64]
	// [1024]
}

func ExampleGrad_missing() {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 3)
	autodiff.Grad(x, x)
	fmt.Println(g.Err())
	// Output: example_test.go:122: grad of float32[3]: want a scalar; sum it, or pull a cotangent back with VJP
}
