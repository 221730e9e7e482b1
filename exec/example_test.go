package exec_test

import (
	"fmt"
	"strings"

	"gorgonia.org/tensor"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleEval() {
	g := graph.New(graph.Evaluation)
	x := g.Constant(graph.BufferOf([]float64{1, 4, 16}))
	out, err := exec.Eval(ops.Sqrt(x), ops.Mean(x))
	fmt.Println(out[0].Data(), out[1].Data(), err)
	_, err = exec.Eval(ops.Reshape(x, 2, 2))
	fmt.Println(err)
	// Output:
	// [1 2 4] 7 <nil>
	// example_test.go:19: reshape: constant float64[3]: 3 elements do not fill [2 2]
}

func ExampleScalar() {
	g := graph.New(graph.Evaluation)
	n := g.Constant(graph.BufferOf([]int32{3, 4}))
	out, err := exec.Eval(ops.Sum(n), n)
	fmt.Println(exec.Scalar(out[0]), exec.Scalar(out[1]), err)
	// Output: 7 NaN <nil>
}

func ExampleTensor() {
	t := exec.Tensor(graph.BufferOf([]float32{1, 2, 3, 4, 5, 6}, 2, 3))
	fmt.Println(t.Shape(), t.Data())
	empty := exec.Tensor(graph.NewBuffer(graph.T(graph.Float32, 0, 3))) // which tensor.New refuses to make
	fmt.Println(empty.Shape())
	// Output:
	// (2, 3) [1 2 3 4 5 6]
	// (0, 3)
}

func ExampleBufferOf() {
	t := tensor.New(tensor.WithShape(2, 3), tensor.WithBacking([]float32{1, 2, 3, 4, 5, 6}))
	b, err := exec.BufferOf(t)
	fmt.Println(b.Type, graph.Data[float32](b), err)
	if err := t.T(); err != nil { // the elements stay where they are: only the strides change
		fmt.Println(err)
	}
	_, err = exec.BufferOf(t)
	fmt.Println(err)
	// Output:
	// float32[2 3] [1 2 3 4 5 6] <nil>
	// exec: want float32[3 2] in row-major order, got a tensor that is transposed, sliced, column-major or masked; feed its Materialize()
}

func ExampleExplain() {
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float32, 2)
	y := ops.Mul(ops.Exp(x), ops.Like(1, x))
	var passes strings.Builder
	_, err := exec.Compile(g, exec.In(x), exec.Out(y), exec.Workers(1), exec.NoTrap(), exec.Explain(&passes))
	text, _, _ := strings.Cut(passes.String(), "== prune")
	fmt.Print(text, err)
	// Output:
	// == copy
	// %0 = input "x" float32[2]
	// %1 = exp %0 float32[2]
	// %2 = fill{Value:1 Of:float32[2]} float32[2]
	// %3 = mul %1 %2 float32[2]
	// return %3
	// == simplify
	// %0 = input "x" float32[2]
	// %1 = exp %0 float32[2]
	// return %1
	// <nil>
}
