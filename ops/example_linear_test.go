package ops_test

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// square2 is a matrix of two rows.
func square2(v ...float32) *graph.Node { return ops.Reshape(list(v...), 2, -1) }

func ExampleDot() {
	x := list[float32](1, 2, 3)
	show(ops.Dot(x, x))
	// Output: 14
}

func ExampleCholesky() {
	show(ops.Cholesky(square2(4, 2, 2, 10)))
	// Output: [2 0 1 3]
}

func ExampleTriangularSolve() {
	a := square2(2, 0, 1, 4)
	show(ops.TriangularSolve(a, ops.Reshape(ops.Slice(ops.Flatten(a, 0), 0, 0, 2), 2, 1), ops.Triangle{})) // of [2 0]
	// Output: [1 -0.25]
}

func ExampleSolve() {
	a := square2(0, 2, 4, 0)
	b := ops.Unsqueeze(ops.Diag(ops.Add(a, ops.Like(2, a)), 0), -1) // [2 2]
	show(ops.Solve(a, b))
	// Output: [0.5 1]
}

func ExampleInverse() {
	show(ops.Inverse(square2(2, 0, 0, 4)))
	// Output: [0.5 0 0 0.25]
}

func ExampleDet() {
	show(ops.Det(square2(1, 2, 3, 4)))
	// Output: -2
}

func ExampleLogDet() {
	sign, log := ops.LogDet(square2(0, 1, 1, 0))
	show(sign, log)
	// Output:
	// -1
	// 0
}

func ExampleQR() {
	q, r := ops.QR(square2(3, 1, 4, 2))
	show(q, r)
	// Output:
	// [-0.6 -0.8 -0.8 0.6]
	// [-5 -2.2 0 0.4]
}

func ExampleEigh() {
	w, v := ops.Eigh(square2(2, 1, 1, 2))
	show(w, v) // the vectors are columns
	// Output:
	// [1 3]
	// [0.7071 0.7071 -0.7071 0.7071]
}

func ExampleSVD() {
	u, s, vt := ops.SVD(square2(3, 0, 0, 2))
	show(u, s, vt)
	// Output:
	// [1 0 0 1]
	// [3 2]
	// [1 0 0 1]
}

func ExampleMatrixExp() {
	show(ops.MatrixExp(square2(0, 1, 0, 0)))
	// Output: [1 1 0 1]
}

func ExampleRFFT() {
	re, im := ops.RFFT(list[float32](1, 0, -1, 0))
	show(re, im) // a cosine of period 4
	// Output:
	// [0 2 0]
	// [0 0 0]
}

func ExampleIRFFT() {
	re := list[float32](0, 2, 0)
	show(ops.IRFFT(re, ops.Like(0, re), 4))
	// Output: [1 0 -1 0]
}

func ExampleSubscript() {
	x := ops.Reshape(list[float32](1, 2, 3, 4, 5, 6), 2, 3)
	show(ops.Subscript(x, "-1, ::2"), ops.Subscript(x, "..., 0"), ops.Subscript(x, "::-1, 1:"))
	// Output:
	// [4 6]
	// [1 4]
	// [5 6 2 3]
}
