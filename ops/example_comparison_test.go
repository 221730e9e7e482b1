package ops_test

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleEqual() {
	x := list[float32](1, 2, 3)
	show(ops.Equal(x, ops.Like(2, x)))
	// Output: [false true false]
}

func ExampleNotEqual() {
	x := list[float32](1, 2, 3)
	show(ops.NotEqual(x, ops.Like(2, x)))
	// Output: [true false true]
}

func ExampleLess() {
	x := list[float32](1, 2, 3)
	show(ops.Less(x, ops.Like(2, x)))
	// Output: [true false false]
}

func ExampleLessEqual() {
	x := list[float32](1, 2, 3)
	show(ops.LessEqual(x, ops.Like(2, x)))
	// Output: [true true false]
}

func ExampleGreater() {
	x := list[float32](1, 2, 3)
	show(ops.Greater(x, ops.Like(2, x)))
	// Output: [false false true]
}

func ExampleGreaterEqual() {
	x := list[float32](1, 2, 3)
	show(ops.GreaterEqual(x, ops.Like(2, x)))
	// Output: [false true true]
}

func ExampleAnd() {
	x := list(true, false)
	show(ops.And(x, ops.Like(1, x)))
	// Output: [true false]
}

func ExampleOr() {
	x := list(true, false)
	show(ops.Or(x, ops.Like(1, x)))
	// Output: [true true]
}

func ExampleNot() {
	show(ops.Not(list(true, false)))
	// Output: [false true]
}

func ExampleIsFinite() {
	show(ops.IsFinite(list(1, math.Inf(1), math.NaN())))
	// Output: [true false false]
}

func ExampleWhere() {
	x := list[float32](-1, 4)
	none := ops.Like(0, x)
	show(ops.Where(ops.Greater(x, none), ops.Sqrt(x), none))
	// Output: [0 2]
}

func ExampleCast() {
	x := list(-1.7, 0, 300)
	show(ops.Cast(x, graph.Int32), ops.Cast(x, graph.Uint8), ops.Cast(x, graph.Bool))
	// Output:
	// [-1 0 300]
	// [0 0 255]
	// [true false true]
}
