package ops_test

import (
	"github.com/kedja-ml/kedja/ops"
)

func ExampleReLU() {
	show(ops.ReLU(list[float32](-1, 0, 2)))
	// Output: [0 0 2]
}

func ExampleStep() {
	show(ops.Step(list[float32](-1, 0, 2)))
	// Output: [0 0 1]
}

func ExampleLeakyReLU() {
	show(ops.LeakyReLU(list[float32](-1, 0, 2), 0.1))
	// Output: [-0.1 0 2]
}

func ExampleSigmoid() {
	show(ops.Sigmoid(list[float32](-2, 0, 2)))
	// Output: [0.1192 0.5 0.8808]
}

func ExampleSoftplus() {
	show(ops.Softplus(list[float32](-2, 0, 200)))
	// Output: [0.1269 0.6931 200]
}

func ExampleGELU() {
	show(ops.GELU(list[float32](-1, 0, 2)))
	// Output: [-0.1587 0 1.954]
}

func ExampleGELUTanh() {
	show(ops.GELUTanh(list[float32](-1, 0, 2)))
	// Output: [-0.1588 0 1.955]
}
