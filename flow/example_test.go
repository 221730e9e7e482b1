package flow_test

import (
	"fmt"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleScan() {
	// An exponential mean: the state is a number, and each row gives a result.
	g := graph.New(graph.Training)
	x := g.Constant(graph.BufferOf([]float64{4, 8, 0}, 3))
	zero := g.Fill(0, graph.T(graph.Float64))
	last, means := flow.Scan([]*node{zero}, []*node{x}, func(s, x []*node) (next, y []*node) {
		m := ops.Scale(0.5, ops.Add(s[0], x[0]))
		return []*node{m}, []*node{m}
	})
	out, err := exec.Eval(last[0], means[0], autodiff.Grad(last[0], x)[0]) // its gradient is a loop backwards
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out[0].Data(), out[1].Data(), out[2].Data())
	// Output: 2.5 [2 5 2.5] [0.125 0.25 0.5]
}

func ExampleCond() {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float64)
	y := flow.Cond(ops.Less(ops.Like(0, x), x),
		func(in []*node) []*node { return []*node{ops.Log(in[0])} },
		func(in []*node) []*node { return []*node{ops.Like(0, in[0])} }, x)[0]
	p, err := exec.Compile(g, exec.In(x), exec.Out(y, autodiff.Grad(y, x)[0]))
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range []float64{1, -1} { // the branch not taken does not run: no logarithm of −1
		out, err := p.Run([]float64{v})
		fmt.Println(exec.Scalar(out[0]), exec.Scalar(out[1]), err)
	}
	// Output:
	// 0 1 <nil>
	// 0 0 <nil>
}

// show computes nodes of a graph without inputs.
func show(ns ...*graph.Node) {
	out, err := exec.Eval(ns...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, y := range out {
		fmt.Println(y.Data())
	}
}

func constant(g *graph.Graph, v ...float64) *graph.Node { return g.Constant(graph.BufferOf(v, len(v))) }

// The discounted return after each step of a game: rₜ + γ·Rₜ₊₁.
func ExampleScanReverse() {
	g := graph.New(graph.Evaluation)
	zero, rewards := g.Fill(0, graph.T(graph.Float64)), constant(g, 1, 0, 0, 8)
	_, returns := flow.ScanReverse([]*graph.Node{zero}, []*graph.Node{rewards}, func(s, x []*graph.Node) (next, y []*graph.Node) {
		r := ops.Add(x[0], ops.Scale(0.5, s[0]))
		return []*graph.Node{r}, []*graph.Node{r}
	})
	show(returns[0])
	// Output:
	// [2 2 4 8]
}

func ExampleMap() {
	g := graph.New(graph.Evaluation)
	x := ops.Reshape(constant(g, 1, 2, 3, 4, 5, 6), 3, 2)
	show(flow.Map(func(x []*graph.Node) []*graph.Node { return []*graph.Node{ops.Sum(ops.Square(x[0]))} }, x)[0])
	// Output:
	// [5 25 61]
}

// Newton's iteration for √2.
func ExampleFori() {
	g := graph.New(graph.Evaluation)
	root := flow.Fori(5, []*graph.Node{constant(g, 1)}, func(_ *graph.Node, s []*graph.Node) []*graph.Node {
		return []*graph.Node{ops.Scale(0.5, ops.Add(s[0], ops.Div(ops.Like(2, s[0]), s[0])))}
	})
	show(root[0])
	// Output:
	// [1.414213562373095]
}

// Cumulative products, and a linear recurrence hₜ = aₜ·hₜ₋₁ + bₜ.
func ExampleAssociativeScan() {
	g := graph.New(graph.Evaluation)
	a, b := constant(g, 2, 3, 0.5, 4), constant(g, 1, 1, 1, 1)
	show(flow.AssociativeScan(func(x, y []*graph.Node) []*graph.Node { return []*graph.Node{ops.Mul(x[0], y[0])} }, a)[0])
	show(flow.AssociativeScan(func(x, y []*graph.Node) []*graph.Node {
		return []*graph.Node{ops.Mul(y[0], x[0]), ops.Add(ops.Mul(y[0], x[1]), y[1])}
	}, a, b)[1])
	// Output:
	// [2 6 3 12]
	// [1 4 3 13]
}

func ExampleAssociativeScanReverse() {
	g := graph.New(graph.Evaluation)
	sums := flow.AssociativeScanReverse(func(x, y []*graph.Node) []*graph.Node {
		return []*graph.Node{ops.Add(x[0], y[0])}
	}, constant(g, 1, 2, 3))
	show(sums[0])
	// Output:
	// [6 5 3]
}

// Collatz: halve an even number, make an odd one three times and one more, until it is one.
func ExampleWhile() {
	g := graph.New(graph.Evaluation)
	n := g.Fill(27, graph.T(graph.Int32))
	k := func(v float64, like *graph.Node) *graph.Node { return ops.Like(v, like) }
	more := func(s []*graph.Node) *graph.Node { return ops.Less(k(1, s[0]), s[0]) }
	last, rounds := flow.While(1000, []*graph.Node{n}, more, func(s []*graph.Node) []*graph.Node {
		half := ops.Div(s[0], k(2, s[0]))
		even := ops.Equal(ops.Mul(half, k(2, s[0])), s[0])
		return []*graph.Node{ops.Where(even, half, ops.Add(ops.Mul(s[0], k(3, s[0])), k(1, s[0])))}
	})
	show(last[0], rounds)
	// Output:
	// 1
	// 111
}
