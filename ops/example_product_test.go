package ops_test

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleMatMul() {
	a := ops.Reshape(list[float32](1, 2, 3, 4), 2, 2)
	b := a.Graph().Constant(graph.BufferOf([]float32{1, 1}, 2, 1))
	show(ops.MatMul(a, b))
	// Output: [3 7]
}

func ExampleMatMulT() {
	x := ops.Reshape(list[float32](1, 2, 3, 4, 5, 6), 3, 2)
	show(ops.MatMulT(x, x, true, false)) // xᵀ·x
	// Output: [35 44 44 56]
}

func ExampleAttention() {
	x := ops.Reshape(list[float32](0, 0, 8, 8, 8, 0), 1, 3, 2) // one head, three tokens
	y, logSumExp := ops.Attention(x, x, x, ops.Attending{Causal: true, Scale: 1})
	show(y, logSumExp) // the first sees itself alone, the third likes the second as much as itself
	// Output:
	// [0 0 8 8 8 4]
	// [0 128 64.69]
}

func ExampleAttentionWeights() {
	x := ops.Reshape(list[float32](0, 1, 2), 1, 3, 1)
	show(ops.AttentionWeights(x, x, ops.Attending{Causal: true}))
	// Output: [1 0 0 0.2689 0.7311 0 0.01588 0.1173 0.8668]
}

func ExampleConv() {
	x := list[float32](1, 2, 4, 8, 16)
	w := x.Graph().Constant(graph.BufferOf([]float32{-1, 1}, 1, 1, 2)) // the difference of neighbours
	show(ops.Conv(ops.Reshape(x, 1, 1, 5), w, ops.Convolution{}))
	// Output: [1 2 4 8]
}

func ExampleConv_options() {
	g := graph.New(graph.Training)
	x, w := g.Input("x", graph.Float32, 32, 3, 28, 28), g.Input("w", graph.Float32, 16, 3, 5, 5)
	fmt.Println(ops.Conv(x, w, ops.Convolution{Stride: []int{2}, Pad: []int{2}}).Shape())
	fmt.Println(ops.Conv(x, w, ops.Convolution{Stride: []int{1, 2}, Same: true}).Shape())
	// Output:
	// [32 16 14 14]
	// [32 16 28 14]
}

func ExampleConvTranspose() {
	y := list[float32](1, 2)
	w := y.Graph().Constant(graph.BufferOf([]float32{1, 1, 3}, 1, 1, 3))
	show(ops.ConvTranspose(ops.Reshape(y, 1, 1, 2), w, ops.Convolution{Stride: []int{2}}))
	// Output: [1 1 5 2 6]
}

func ExampleMaxPool() {
	x := ops.Reshape(list[float32](1, 2, 5, 3, 4, 4, 0, -1), 1, 1, 2, 4)
	show(ops.MaxPool(x, ops.Pooling{Window: []int{2}}))
	// Output: [4 5]
}

func ExampleMaxPoolWithIndex() {
	x := ops.Reshape(list[float32](1, 2, 5, 3, 4, 4, 0, -1), 1, 1, 2, 4)
	show(ops.MaxPoolWithIndex(x, ops.Pooling{Window: []int{2}}))
	// Output:
	// [4 5]
	// [4 2]
}

func ExampleAvgPool() {
	x := ops.Reshape(list[float32](3, 6, 0, 9), 1, 1, 4)
	show(ops.AvgPool(x, ops.Pooling{Window: []int{2}}))
	show(ops.AvgPool(x, ops.Pooling{Window: []int{2}, Pad: []int{1}, SkipPadding: true}))
	// Output:
	// [4.5 4.5]
	// [3 3 9]
}

func ExampleEinsum() {
	a := ops.Reshape(list[float32](1, 2, 3, 4), 2, 2)
	show(ops.Einsum("ij,jk->ik", a, a)) // the product of matrices
	show(ops.Einsum("ii->", a))         // the trace
	show(ops.Einsum("ij->ji", a))
	// Output:
	// [7 10 15 22]
	// 5
	// [1 3 2 4]
}

func ExampleAdamUpdate() {
	g := graph.New(graph.Training)
	w, zero := g.Constant(graph.BufferOf([]float64{1, 2}, 2)), g.Fill(0, graph.T(graph.Float64))
	d := g.Constant(graph.BufferOf([]float64{0.5, -3}, 2))
	size := ops.Like(0.1/(1-0.9), zero)            // a rate of 0.1 in the first step
	second := ops.Like(1/math.Sqrt(1-0.999), zero) // whose moments count as a tenth and a thousandth
	next, _, _ := ops.AdamUpdate(w, zero, zero, d, size, second, 0.9, 0.999, 1e-8)
	out, err := exec.Eval(next)
	fmt.Printf("%.4f %v\n", out[0].Data(), err)
	// Output: [0.9000 2.1000] <nil>
}
