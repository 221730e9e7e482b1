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
