package ops_test

import (
	"fmt"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleStopGradient() {
	// The target of a temporal difference is no path for the gradient.
	x := list(3.0)
	y := ops.Sum(ops.Mul(ops.StopGradient(x), x))
	show(autodiff.Grad(y, x)[0])
	// Output: [3]
}

func ExampleBarrier() {
	x := list(1.0)
	y := ops.Exp(x)
	fmt.Println(ops.Exp(x) == y, ops.Exp(ops.Barrier(x)) == y)
	// Output: true false
}

func ExampleTap() {
	x := list(1.0, 2, 3)
	show(ops.Sum(ops.Tap(ops.Square(x), func(b graph.Buffer) { fmt.Println("squares:", graph.Data[float64](b)) })))
	// Output:
	// squares: [1 4 9]
	// 14
}
