package ops_test

import (
	"github.com/kedja-ml/kedja/ops"
)

func ExampleSqrt() {
	show(ops.Sqrt(list[float32](0, 4, 2)))
	// Output: [0 2 1.414]
}

func ExampleRsqrt() {
	show(ops.Rsqrt(list[float32](1, 4, 2)))
	// Output: [1 0.5 0.7071]
}

func ExampleReciprocal() {
	show(ops.Reciprocal(list[float32](1, -4)))
	// Output: [1 -0.25]
}

func ExampleExp() {
	show(ops.Exp(list[float32](0, 1, -1)))
	// Output: [1 2.718 0.3679]
}

func ExampleLog() {
	show(ops.Log(list[float32](1, 10, 0)))
	// Output: [0 2.303 -Inf]
}

func ExampleLog1p() {
	x := list[float32](1e-10)
	show(ops.Log1p(x), ops.Log(ops.Offset(x, 1)))
	// Output:
	// [1e-10]
	// [0]
}

func ExampleSin() {
	show(ops.Sin(list(0, 1.0)))
	// Output: [0 0.8415]
}

func ExampleCos() {
	show(ops.Cos(list(0, 1.0)))
	// Output: [1 0.5403]
}

func ExampleTanh() {
	show(ops.Tanh(list[float32](0, 1, -20)))
	// Output: [0 0.7616 -1]
}

func ExampleErf() {
	show(ops.Erf(list[float32](0, 1, -1)))
	// Output: [0 0.8427 -0.8427]
}
