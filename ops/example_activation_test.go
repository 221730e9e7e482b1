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

func ExampleSiLU() {
	show(ops.SiLU(list[float32](-1, 0, 2)))
	// Output: [-0.2689 0 1.762]
}

func ExampleLogSigmoid() {
	show(ops.LogSigmoid(list[float32](-200, 0, 2)))
	// Output: [-200 -0.6931 -0.1269]
}

func ExampleSoftplusBeta() {
	show(ops.SoftplusBeta(list[float32](-2, 0, 200), 2))
	// Output: [0.009075 0.3466 200]
}

func ExampleELU() {
	show(ops.ELU(list[float32](-1, 0, 2), 1))
	// Output: [-0.6321 0 2]
}

func ExampleSELU() {
	show(ops.SELU(list[float32](-1, 0, 2)))
	// Output: [-1.111 0 2.101]
}

func ExampleCELU() {
	show(ops.CELU(list[float32](-1, 0, 2), 2))
	// Output: [-0.7869 0 2]
}

func ExampleMish() {
	show(ops.Mish(list[float32](-1, 0, 2)))
	// Output: [-0.3034 0 1.944]
}

func ExampleHardTanh() {
	show(ops.HardTanh(list[float32](-2, 0.5, 2), -1, 1))
	// Output: [-1 0.5 1]
}

func ExampleReLU6() {
	show(ops.ReLU6(list[float32](-2, 0.5, 8)))
	// Output: [0 0.5 6]
}

func ExampleHardSigmoid() {
	show(ops.HardSigmoid(list[float32](-4, 0, 1)))
	// Output: [0 0.5 0.6667]
}

func ExampleHardSwish() {
	show(ops.HardSwish(list[float32](-4, 1, 4)))
	// Output: [-0 0.6667 4]
}

func ExampleSoftSign() {
	show(ops.SoftSign(list[float32](-1, 0, 3)))
	// Output: [-0.5 0 0.75]
}
