package ops_test

import (
	"fmt"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// list returns a constant vector of a new graph.
func list[E graph.Element](v ...E) *graph.Node {
	return graph.New(graph.Training).Constant(graph.BufferOf(v, len(v)))
}

// show prints the values of nodes, each in a line, floats with four digits.
func show(nodes ...*graph.Node) {
	out, err := exec.Eval(nodes...)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, d := range out {
		switch v := d.Data().(type) {
		case float32, float64, []float32, []float64:
			fmt.Printf("%.4v\n", v)
		default:
			fmt.Println(v)
		}
	}
}

func ExampleAdd() {
	x := list[float32](1, 2, 3)
	show(ops.Add(x, x))
	// Output: [2 4 6]
}

func ExampleSub() {
	x := list[float32](1, 2, 3)
	show(ops.Sub(x, ops.Like(2, x)))
	// Output: [-1 0 1]
}

func ExampleMul() {
	x := list[float32](1, 2, 3)
	show(ops.Mul(x, ops.Reshape(x, 3, 1))) // broadcast to [3 3]
	// Output: [1 2 3 2 4 6 3 6 9]
}

func ExampleDiv() {
	x := list[int32](-7, 7, 8)
	show(ops.Div(x, ops.Like(2, x)))
	// Output: [-3 3 4]
}

func ExampleNeg() {
	show(ops.Neg(list[float32](1, -2)))
	// Output: [-1 2]
}

func ExampleAbs() {
	show(ops.Abs(list[float32](1, -2)))
	// Output: [1 2]
}

func ExampleSign() {
	show(ops.Sign(list[float32](-3, 0, 5)))
	// Output: [-1 0 1]
}

func ExampleSquare() {
	show(ops.Square(list[float32](1, -2, 3)))
	// Output: [1 4 9]
}

func ExamplePow() {
	x := list(1.0, 4, 9)
	show(ops.Pow(x, 1.5), ops.Pow(x, -1))
	// Output:
	// [1 8 27]
	// [1 0.25 0.1111]
}

func ExampleScale() {
	show(ops.Scale(-2, list[float32](1, 2)))
	// Output: [-2 -4]
}

func ExampleAffine() {
	show(ops.Affine(2, list[float32](1, 2), 0.5))
	// Output: [2.5 4.5]
}

func ExampleOffset() {
	show(ops.Offset(list[float32](1, 2), 0.5))
	// Output: [1.5 2.5]
}

func ExampleMaximum() {
	x := list[float32](1, 5)
	show(ops.Maximum(x, ops.Like(3, x)))
	// Output: [3 5]
}

func ExampleMinimum() {
	x := list[float32](1, 5)
	show(ops.Minimum(x, ops.Like(3, x)))
	// Output: [1 3]
}

func ExampleClamp() {
	show(ops.Clamp(list[float32](-2, 0.5, 7), 0, 1))
	// Output: [0 0.5 1]
}

func ExampleLike() {
	x := list[int32](1, 2, 3)
	show(ops.Like(7, x))
	// Output: [7 7 7]
}
