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

func ExampleGamma() {
	a := list[float32](0.5, 2, 100)
	show(ops.Gamma(a)) // their means are the shapes
	// Output: [0.1341 0.4896 89.57]
}

func ExampleBeta() {
	a := list[float32](1, 2, 50)
	show(ops.Beta(a, a))
	// Output: [0.7325 0.163 0.429]
}

func ExampleDirichlet() {
	show(ops.Dirichlet(list[float32](1, 1, 10)))
	// Output: [0.2156 0.007946 0.7764]
}

func ExamplePoisson() {
	show(ops.Poisson(list[float32](0, 1, 10, 1000)))
	// Output: [0 0 10 1012]
}

func ExampleBernoulli() {
	show(ops.Bernoulli(list[float32](0, 0.5, 0.5, 0.5, 1)))
	// Output: [0 1 1 0 1]
}

func ExampleCategorical() {
	logits := ops.Log(list[float32](0.1, 0, 0.9))
	show(ops.Categorical(ops.Expand(logits, 8, 3)))
	// Output: [2 0 2 2 2 2 2 2]
}

func ExamplePermutation() {
	show(ops.Permutation(graph.New(graph.Training), 6))
	// Output: [4 5 0 2 1 3]
}

func ExampleGumbel() {
	show(ops.Gumbel(graph.New(graph.Training), 3))
	// Output: [0.1346 0.2298 0.1648]
}

func ExampleGumbelOf() {
	show(ops.GumbelOf(graph.New(graph.Training), graph.T(graph.Float64, 3)))
	// Output: [0.1346 0.2298 0.1648]
}

func ExampleTruncatedNormal() {
	show(ops.TruncatedNormal(graph.New(graph.Training), -1, 1, 3))
	// Output: [-0.1421 -0.0827 -0.1231]
}

func ExampleTruncatedNormalOf() {
	show(ops.TruncatedNormalOf(graph.New(graph.Training), graph.T(graph.Float64, 3), 0, 1))
	// Output: [0.3649 0.3967 0.375]
}
