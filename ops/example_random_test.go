package ops_test

import (
	"fmt"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleUniform() {
	g := graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(42))
	p, err := exec.Compile(g, exec.Out(ops.Uniform(g, 3)))
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 2 { // each run draws anew
		out, err := p.Run()
		fmt.Printf("%.3f %v\n", out[0].Data(), err)
	}
	// Output:
	// [0.261 0.491 0.187] <nil>
	// [0.217 0.774 0.657] <nil>
}

func ExampleUniformOf() {
	g := graph.New(graph.Training)
	show(ops.UniformOf(g, graph.T(graph.Float64, 3)))
	// Output: [0.4172 0.4517 0.4282]
}

func ExampleNormal() {
	g := graph.New(graph.Training)
	show(ops.Affine(0.1, ops.Normal(g, 3), 5)) // mean 5, standard deviation 0.1
	// Output: [5.114 4.932 5.124]
}

func ExampleNormalOf() {
	g := graph.New(graph.Training)
	show(ops.NormalOf(g, graph.T(graph.Float64, 3)))
	// Output: [-1.262 0.3949 1.296]
}

func ExampleDropout() {
	g := graph.New(graph.Training)
	x := ops.Like(1, g.Input("x", graph.Float32, 8))
	show(ops.Dropout(x, 0.25))
	g.WithMode(graph.Evaluation, func() { show(ops.Dropout(x, 0.25)) })
	// Output:
	// [1.333 1.333 1.333 1.333 0 1.333 0 1.333]
	// [1 1 1 1 1 1 1 1]
}
