package ops_test

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleCbrt() {
	show(ops.Cbrt(list[float32](8, -27)))
	// Output: [2 -3]
}

func ExampleExp2() {
	show(ops.Exp2(list[float32](0, 3, -1)))
	// Output: [1 8 0.5]
}

func ExampleExpm1() {
	show(ops.Expm1(list[float32](1e-10, 1)))
	// Output: [1e-10 1.718]
}

func ExampleLog2() {
	show(ops.Log2(list[float32](8, 1, 0.5)))
	// Output: [3 0 -1]
}

func ExampleLog10() {
	show(ops.Log10(list[float32](1000, 1)))
	// Output: [3 0]
}

func ExampleTan() {
	show(ops.Tan(list[float32](0, math.Pi/4)))
	// Output: [0 1]
}

func ExampleAsin() {
	show(ops.Asin(list[float32](0, 1)))
	// Output: [0 1.571]
}

func ExampleAcos() {
	show(ops.Acos(list[float32](1, 0)))
	// Output: [0 1.571]
}

func ExampleAtan() {
	show(ops.Atan(list[float32](1, -1)))
	// Output: [0.7854 -0.7854]
}

func ExampleSinh() {
	show(ops.Sinh(list[float32](0, 1)))
	// Output: [0 1.175]
}

func ExampleCosh() {
	show(ops.Cosh(list[float32](0, 1)))
	// Output: [1 1.543]
}

func ExampleAsinh() {
	show(ops.Asinh(list[float32](0, 1)))
	// Output: [0 0.8814]
}

func ExampleAcosh() {
	show(ops.Acosh(list[float32](1, 2)))
	// Output: [0 1.317]
}

func ExampleAtanh() {
	show(ops.Atanh(list[float32](0, 0.5)))
	// Output: [0 0.5493]
}

func ExampleErfc() {
	show(ops.Erfc(list[float32](0, 5)))
	// Output: [1 1.537e-12]
}

func ExampleErfinv() {
	show(ops.Erfinv(list[float32](0, 0.5, 1)))
	// Output: [0 0.4769 +Inf]
}

func ExampleLgamma() {
	show(ops.Lgamma(list[float32](1, 5)))
	// Output: [0 3.178]
}

func ExampleDigamma() {
	show(ops.Digamma(list[float32](1, 2)))
	// Output: [-0.5772 0.4228]
}

func ExampleFloor() {
	show(ops.Floor(list[float32](1.5, -1.5)))
	// Output: [1 -2]
}

func ExampleCeil() {
	show(ops.Ceil(list[float32](1.5, -1.5)))
	// Output: [2 -1]
}

func ExampleRound() {
	show(ops.Round(list[float32](0.5, 1.5, -1.6)))
	// Output: [0 2 -2]
}

func ExampleTrunc() {
	show(ops.Trunc(list[float32](1.5, -1.5)))
	// Output: [1 -1]
}

func ExampleLogit() {
	show(ops.Logit(list[float32](0.5, 0.9)))
	// Output: [0 2.197]
}

func ExamplePolygamma() {
	show(ops.Polygamma(list[float64](1, 2), 1))
	// Output: [1.645 0.6449]
}

func ExampleAtan2() {
	a := list[float32](1, -1)
	b := a.Graph().Constant(graph.BufferOf([]float32{-1, 0}, 2))
	show(ops.Atan2(a, b))
	// Output: [2.356 -1.571]
}

func ExampleHypot() {
	a := list[float32](3, 3e20)
	b := a.Graph().Constant(graph.BufferOf([]float32{4, 4e20}, 2))
	show(ops.Hypot(a, b))
	// Output: [5 5e+20]
}

func ExampleCopySign() {
	a := list[float32](3, 4)
	b := a.Graph().Constant(graph.BufferOf([]float32{-1, 0}, 2))
	show(ops.CopySign(a, b))
	// Output: [-3 4]
}

func ExampleMod() {
	a := list[int32](7, -7)
	b := a.Graph().Constant(graph.BufferOf([]int32{3, 3}, 2))
	show(ops.Mod(a, b))
	// Output: [1 2]
}

func ExampleRem() {
	a := list[int32](7, -7)
	b := a.Graph().Constant(graph.BufferOf([]int32{3, 3}, 2))
	show(ops.Rem(a, b))
	// Output: [1 -1]
}

func ExampleTanhShrink() {
	show(ops.TanhShrink(list[float32](0, 1)))
	// Output: [0 0.2384]
}

func ExampleHardShrink() {
	show(ops.HardShrink(list[float32](-2, 0.25, 1), 0.5))
	// Output: [-2 0 1]
}

func ExampleSoftShrink() {
	show(ops.SoftShrink(list[float32](-2, 0.25, 1), 0.5))
	// Output: [-1.5 0 0.5]
}

func ExampleThreshold() {
	show(ops.Threshold(list[float32](-2, 0.25, 1), 0.5, -1))
	// Output: [-1 -1 1]
}

func ExamplePReLU() {
	a := list[float32](-2, 3)
	b := a.Graph().Constant(graph.BufferOf([]float32{0.25}, 1))
	show(ops.PReLU(a, b))
	// Output: [-0.5 3]
}

func ExampleGLU() {
	show(ops.GLU(list[float32](1, 2, 0, 100), 0))
	// Output: [0.5 2]
}

func ExampleSwiGLU() {
	show(ops.SwiGLU(list[float32](0, 100, 5, 2), 0))
	// Output: [0 200]
}

func ExampleIsNaN() {
	show(ops.IsNaN(list(1, math.NaN())))
	// Output: [false true]
}

func ExampleIsInf() {
	show(ops.IsInf(list(1, math.Inf(-1))))
	// Output: [false true]
}

func ExampleXor() {
	a := list[uint8](6, 5)
	b := a.Graph().Constant(graph.BufferOf([]uint8{3, 5}, 2))
	show(ops.Xor(a, b))
	// Output: [5 0]
}

func ExampleShiftLeft() {
	a := list[int32](3, -1)
	b := a.Graph().Constant(graph.BufferOf([]int32{2, 4}, 2))
	show(ops.ShiftLeft(a, b))
	// Output: [12 -16]
}

func ExampleShiftRight() {
	a := list[int32](13, -1)
	b := a.Graph().Constant(graph.BufferOf([]int32{2, 4}, 2))
	show(ops.ShiftRight(a, b))
	// Output: [3 -1]
}
