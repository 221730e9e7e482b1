package ops_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleAll() {
	for _, info := range ops.All() {
		if info.Name == "Tanh" {
			fmt.Println(info.Order, len(info.Cases) >= 30, info.Bad[0].Want)
		}
	}
	// Output: 4 true not bool
}

func ExampleAlign() {
	// A batching rule for an op that takes leading axes: its second operand is not mapped.
	x, w := ops.Reshape(list(1.0, 2, 3, 4), 2, 2), list(10.0, 20)
	in := ops.Align([]*graph.Node{x, w}, []bool{true, false})
	show(in[1])
	// Output: [10 20 10 20]
}

func ExampleReal() {
	v := ops.Real(rand.New(rand.NewPCG(1, 2)), 1000)
	fmt.Println(slices.Min(v) >= -2, slices.Max(v) < 2)
	// Output: true true
}

func ExamplePositive() {
	fmt.Println(slices.Min(ops.Positive(rand.New(rand.NewPCG(1, 2)), 1000)) >= 0.3)
	// Output: true
}

func ExampleNonzero() {
	v := ops.Nonzero(rand.New(rand.NewPCG(1, 2)), 1000)
	fmt.Println(slices.ContainsFunc(v, func(x float64) bool { return math.Abs(x) < 0.3 }))
	// Output: false
}

func ExampleApart() {
	v := slices.Sorted(slices.Values(ops.Apart(rand.New(rand.NewPCG(1, 2)), 4)))
	fmt.Printf("%.3f\n", v)
	// Output: [-1.304 -0.504 0.296 1.096]
}

func ExampleIndex() {
	v := ops.Index(3)(rand.New(rand.NewPCG(1, 2)), 1000)
	slices.Sort(v)
	fmt.Println(slices.Compact(v))
	// Output: [0 1 2]
}

// cube is a user's op of one operand.
type cube struct{ ops.Pointwise }

func (cube) Name() string { return "cube" }
func (cube) Eval(c *graph.Call) error {
	return ops.Map(c, func(x float64) float64 { return x * x * x })
}

func ExampleMap() {
	show(graph.Apply(cube{}, list[float32](1, 2, -3)))
	// Output: [1 8 -27]
}

// hypot is a user's op of two operands.
type hypot struct{ ops.Pointwise }

func (hypot) Name() string { return "hypot" }
func (hypot) Eval(c *graph.Call) error {
	return ops.Zip(c, math.Hypot)
}

func ExampleZip() {
	x := list(3.0, 5)
	show(graph.Apply(hypot{}, x, x.Graph().Constant(graph.BufferOf([]float64{4, 12}))))
	// Output: [5 13]
}

func ExampleKinds() {
	for _, k := range ops.Kinds()[:3] {
		fmt.Println(k.Name)
	}
	// Output:
	// abs
	// acos
	// acosh
}
