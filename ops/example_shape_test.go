package ops_test

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func ints(v ...int32) graph.Buffer { return graph.BufferOf(v, len(v)) }

func ExampleReshape() {
	x := ops.Reshape(list[float32](1, 2, 3, 4, 5, 6), 2, -1)
	fmt.Println(x.Shape())
	// Output: [2 3]
}

func ExampleReshapeTo() {
	x := ops.ReshapeTo(list[float32](1, 2, 3, 4, 5, 6), graph.Of(3, 2))
	fmt.Println(x.Shape())
	// Output: [3 2]
}

func ExampleAt() {
	x := ops.Reshape(list[float32](1, 2, 3, 4, 5, 6), 2, 3)
	show(ops.At(x, 0, 0), ops.At(x, 1, -1)) // the first row, the last column
	// Output:
	// [1 2 3]
	// [3 6]
}

func ExampleSqueeze() {
	x := ops.Reshape(list[float32](1, 2), 1, 2, 1)
	fmt.Println(ops.Squeeze(x).Shape(), ops.Squeeze(x, -1).Shape())
	// Output: [2] [1 2]
}

func ExampleUnsqueeze() {
	x := list[float32](1, 2)
	fmt.Println(ops.Unsqueeze(x, 0).Shape(), ops.Unsqueeze(x, -1).Shape()) // a row, a column
	// Output: [1 2] [2 1]
}

func ExampleFlatten() {
	x := graph.New(graph.Training).Input("x", graph.Float32, 64, 3, 28, 28)
	fmt.Println(ops.Flatten(x, 1).Shape())
	// Output: [64 2352]
}

func ExampleExpand() {
	show(ops.Expand(list[float32](1, 2), 2, 2))
	// Output: [1 2 1 2]
}

func ExampleExpandTo() {
	show(ops.ExpandTo(list[float32](1, 2), graph.Of(2, 2)))
	// Output: [1 2 1 2]
}

func ExampleBroadcast() {
	x := list[float32](1, 2)
	both := ops.Broadcast(x, ops.Unsqueeze(x, -1))
	show(both...)
	// Output:
	// [1 2 1 2]
	// [1 1 2 2]
}

func ExampleTranspose() {
	x := ops.Reshape(list[float32](1, 2, 3, 4, 5, 6), 2, 3)
	show(ops.Transpose(x))
	fmt.Println(ops.Transpose(ops.Unsqueeze(x, 0), 2, 0, 1).Shape())
	// Output:
	// [1 4 2 5 3 6]
	// [3 1 2]
}

func ExampleSwapAxes() {
	x := graph.New(graph.Training).Input("x", graph.Float32, 2, 3, 4)
	fmt.Println(ops.SwapAxes(x, 0, -1).Shape())
	// Output: [4 3 2]
}

func ExampleMoveAxis() {
	x := graph.New(graph.Training).Input("x", graph.Float32, 64, 28, 28, 3)
	fmt.Println(ops.MoveAxis(x, -1, 1).Shape()) // channels first
	// Output: [64 3 28 28]
}

func ExampleSlice() {
	show(ops.Slice(list[float32](1, 2, 3, 4), 0, 1, 2))
	// Output: [2 3]
}

func ExampleSliceStep() {
	x := list[float32](0, 1, 2, 3, 4)
	show(ops.SliceStep(x, 0, 0, 3, 2), ops.SliceStep(x, 0, 4, 2, -3))
	// Output:
	// [0 2 4]
	// [4 1]
}

func ExampleFlip() {
	show(ops.Flip(list[float32](1, 2, 3), 0))
	// Output: [3 2 1]
}

func ExampleSplit() {
	show(ops.Split(list[float32](1, 2, 3, 4), 0, 1, 3)...)
	// Output:
	// [1]
	// [2 3 4]
}

func ExamplePad() {
	show(ops.Pad(list[float32](1, 2), 0, 1, 2))
	// Output: [0 1 2 0 0]
}

func ExamplePadWith() {
	show(ops.PadWith(list[int32](1, 2), 0, 0, 1, -1))
	// Output: [1 2 -1]
}

func ExampleConcat() {
	x := list[float32](1, 2)
	show(ops.Concat(0, x, x, ops.Neg(x)))
	// Output: [1 2 1 2 -1 -2]
}

func ExampleStack() {
	x := list[float32](1, 2)
	y := ops.Stack(1, x, ops.Neg(x))
	fmt.Println(y.Shape())
	show(y)
	// Output:
	// [2 2]
	// [1 -1 2 -2]
}

func ExampleGather() {
	words := ops.Reshape(list[float32](0, 0, 1, 1, 2, 2), 3, 2) // an embedding for each of three words
	text := words.Graph().Constant(ints(2, 0, 2))
	show(ops.Gather(words, text))
	// Output: [2 2 0 0 2 2]
}

func ExampleGatherAxis() {
	x := ops.Reshape(list[float32](1, 2, 3, 4, 5, 6), 2, 3)
	columns := x.Graph().Constant(ints(2, 0))
	show(ops.GatherAxis(x, columns, 1))
	// Output: [3 1 6 4]
}

func ExamplePick() {
	q := ops.Reshape(list[float32](1, 2, 3, 4, 5, 6), 2, 3) // values of three actions in two states
	actions := q.Graph().Constant(ints(2, 0))
	show(ops.Pick(q, actions))
	// Output: [3 4]
}

func ExampleScatterAdd() {
	u := list[float32](1, 10, 100)
	show(ops.ScatterAdd(u, u.Graph().Constant(ints(1, 3, 1)), 4))
	// Output: [0 101 0 10]
}

func ExampleOneHot() {
	show(ops.OneHot(list[int32](2, 0), 3, graph.Float32))
	// Output: [0 0 1 1 0 0]
}

func ExampleIota() {
	show(ops.Iota(graph.New(graph.Training), graph.Int64, 4))
	// Output: [0 1 2 3]
}

func ExampleLead() {
	show(ops.Lead(list[float32](1, 2), 2))
	// Output: [1 2 1 2]
}

func ExampleTril() {
	causal := ops.Tril(ops.Reshape(list[float32](1, 2, 3, 4), 2, 2), 0)
	show(causal)
	// Output: [1 0 3 4]
}

func ExampleTriu() {
	show(ops.Triu(ops.Reshape(list[float32](1, 2, 3, 4), 2, 2), 1))
	// Output: [0 2 0 0]
}

func ExampleDynamicSlice() {
	x := ops.Reshape(list[float32](1, 2, 3, 4, 5, 6), 2, 3)
	column := x.Graph().Constant(graph.BufferOf([]int32{1}))
	show(ops.DynamicSlice(x, []*graph.Node{nil, column}, 2, 2))
	// Output: [2 3 5 6]
}

func ExampleDynamicSliceAxis() {
	x := list[float32](1, 2, 3, 4)
	late := x.Graph().Constant(graph.BufferOf([]int32{9}))
	show(ops.DynamicSliceAxis(x, 0, late, 2)) // moved inside
	// Output: [3 4]
}

func ExampleDynamicUpdateSlice() {
	x := ops.Reshape(list[float32](1, 2, 3, 4, 5, 6), 2, 3)
	u := ops.Like(0, ops.Slice(x, 1, 0, 2))
	column := x.Graph().Constant(graph.BufferOf([]int32{1}))
	show(ops.DynamicUpdateSlice(x, u, []*graph.Node{nil, column}))
	// Output: [1 0 0 4 0 0]
}

func ExampleDynamicUpdateSliceAxis() {
	cache := list[float32](0, 0, 0, 0)
	position := cache.Graph().Constant(graph.BufferOf([]int32{2}))
	key := cache.Graph().Constant(graph.BufferOf([]float32{7}, 1))
	show(ops.DynamicUpdateSliceAxis(cache, key, 0, position))
	// Output: [0 0 7 0]
}

func ExampleTakeAlongAxis() {
	x := ops.Reshape(list[float32](1, 2, 3, 4), 2, 2)
	index := ops.Reshape(x.Graph().Constant(ints(1, 0, 0, 0)), 2, 2)
	show(ops.TakeAlongAxis(x, index, 1))
	// Output: [2 1 3 3]
}

func ExampleAddAlongAxis() {
	u := ops.Reshape(list[float32](1, 2, 3, 4), 2, 2)
	index := ops.Reshape(u.Graph().Constant(ints(2, 0, 1, 1)), 2, 2)
	show(ops.AddAlongAxis(u, index, 1, 3))
	// Output: [2 0 1 0 7 0]
}
