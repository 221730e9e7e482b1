package ops_test

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleRoll() {
	show(ops.Roll(list[float32](1, 2, 3, 4), 0, 1))
	// Output: [4 1 2 3]
}

func ExampleTile() {
	show(ops.Tile(list[float32](1, 2), 2))
	// Output: [1 2 1 2]
}

func ExampleRepeat() {
	show(ops.Repeat(list[float32](1, 2), 0, 2))
	// Output: [1 1 2 2]
}

func ExampleDiag() {
	show(ops.Diag(ops.Reshape(list[float32](1, 2, 3, 4), 2, 2), 0))
	// Output: [1 4]
}

func ExampleDiagEmbed() {
	show(ops.DiagEmbed(list[float32](1, 2), 0))
	// Output: [1 0 0 2]
}

func ExampleTrace() {
	show(ops.Trace(ops.Reshape(list[float32](1, 2, 3, 4), 2, 2)))
	// Output: 5
}

func ExampleEye() {
	show(ops.Eye(graph.New(graph.Training), graph.Float32, 2))
	// Output: [1 0 0 1]
}

func ExampleMeshgrid() {
	x := list[float32](1, 2)
	show(ops.Meshgrid(x, ops.Scale(10, x))...)
	// Output:
	// [1 1 2 2]
	// [10 20 10 20]
}

func ExamplePadReflect() {
	show(ops.PadReflect(list[float32](1, 2, 3), 0, 2, 1))
	// Output: [3 2 1 2 3 2]
}

func ExamplePadReplicate() {
	show(ops.PadReplicate(list[float32](1, 2, 3), 0, 2, 1))
	// Output: [1 1 1 2 3 3]
}

func ExamplePadCircular() {
	show(ops.PadCircular(list[float32](1, 2, 3), 0, 2, 1))
	// Output: [2 3 1 2 3 1]
}

func ExamplePixelShuffle() {
	show(ops.PixelShuffle(ops.Reshape(list[float32](1, 2, 3, 4), 4, 1, 1), 2))
	// Output: [1 2 3 4]
}

func ExamplePixelUnshuffle() {
	show(ops.PixelUnshuffle(ops.Reshape(list[float32](1, 2, 3, 4), 1, 2, 2), 2))
	// Output: [1 2 3 4]
}

func ExampleUnfold() {
	x := ops.Reshape(list[float32](1, 2, 3, 4), 1, 4)  // one channel
	show(ops.Unfold(x, ops.Sliding{Window: []int{2}})) // three windows of two
	// Output: [1 2 3 2 3 4]
}

func ExampleFold() {
	how := ops.Sliding{Window: []int{2}}
	x := ops.Reshape(list[float32](1, 2, 3, 4), 1, 4)
	show(ops.Fold(ops.Unfold(x, how), how, 4)) // elements of two windows count twice
	// Output: [1 4 6 4]
}

func ExampleOuter() {
	x := list[float32](1, 2)
	show(ops.Outer(x, ops.Scale(10, x)))
	// Output: [10 20 20 40]
}

func ExampleKron() {
	x := list[float32](1, 2)
	show(ops.Kron(x, ops.Scale(10, x)))
	// Output: [10 20 20 40]
}

func ExampleTensorDot() {
	x := list[float32](1, 2)
	show(ops.TensorDot(x, x, 1))
	// Output: 5
}

func ExampleLogAddExp() {
	x := list[float32](1000)
	show(ops.LogAddExp(x, x))
	// Output: [1001]
}

func ExamplePutAlongAxis() {
	x := list[float32](0, 0, 0)
	i := x.Graph().Constant(graph.BufferOf([]int32{2, 0}, 2))
	u := x.Graph().Constant(graph.BufferOf([]float32{5, 7}, 2))
	show(ops.PutAlongAxis(x, i, u, 0))
	// Output: [7 0 5]
}

func ExampleMaxAlongAxis() {
	x := list[float32](1, 6, 1)
	i := x.Graph().Constant(graph.BufferOf([]int32{1, 0, 0}, 3))
	u := x.Graph().Constant(graph.BufferOf([]float32{5, 7, 3}, 3))
	show(ops.MaxAlongAxis(x, i, u, 0))
	// Output: [7 6 1]
}

func ExampleMinAlongAxis() {
	x := list[float32](1, 6, 1)
	i := x.Graph().Constant(graph.BufferOf([]int32{1, 0, 0}, 3))
	u := x.Graph().Constant(graph.BufferOf([]float32{5, 7, 3}, 3))
	show(ops.MinAlongAxis(x, i, u, 0))
	// Output: [1 5 1]
}

func ExampleGatherND() {
	x := ops.Reshape(list[float32](1, 2, 3, 4), 2, 2)
	i := x.Graph().Constant(graph.BufferOf([]int32{1, 0, 0, 1}, 2, 2))
	show(ops.GatherND(x, i))
	// Output: [3 2]
}

func ExampleScatterND() {
	u := list[float32](5, 7)
	i := u.Graph().Constant(graph.BufferOf([]int32{1, 0, 0, 1}, 2, 2))
	show(ops.ScatterND(u, i, 2, 2))
	// Output: [0 7 5 0]
}

func ExampleSearchsorted() {
	x := list[float32](1, 2, 2, 5)
	show(ops.Searchsorted(x, ops.Like(2, x), false), ops.Searchsorted(x, ops.Like(2, x), true))
	// Output:
	// [1 1 1 1]
	// [3 3 3 3]
}

func ExampleMaskedSelect() {
	x := list[float32](1, -2, 3, -4)
	values, count := ops.MaskedSelect(x, ops.Greater(x, ops.Like(0, x)), 3, 0)
	show(values, count)
	// Output:
	// [1 3 0]
	// 2
}

func ExampleAnyTrue() {
	show(ops.AnyTrue(list(false, true)))
	// Output: true
}

func ExampleAllTrue() {
	show(ops.AllTrue(list(false, true)))
	// Output: false
}

func ExampleCumProd() {
	show(ops.CumProd(list[float32](1, 2, 3, 4), 0))
	// Output: [1 2 6 24]
}

func ExampleCumMax() {
	show(ops.CumMax(list[float32](1, 3, 2, 4), 0))
	// Output: [1 3 3 4]
}

func ExampleCumMin() {
	show(ops.CumMin(list[float32](2, 3, 1, 4), 0))
	// Output: [2 2 1 1]
}

func ExampleLogCumSumExp() {
	show(ops.LogCumSumExp(list[float32](0, 0, 0), 0))
	// Output: [0 0.6931 1.099]
}

func ExampleMedian() {
	show(ops.Median(list[float32](4, 1, 3, 2), 0))
	// Output: 2.5
}

func ExampleQuantile() {
	show(ops.Quantile(list[float32](4, 1, 3, 2, 5), 0.25, 0))
	// Output: 2
}

func ExampleSegmentSum() {
	x := list[float32](1, 2, 3)
	i := x.Graph().Constant(graph.BufferOf([]int32{1, 0, 1}, 3))
	show(ops.SegmentSum(x, i, 2))
	// Output: [2 4]
}

func ExampleSegmentMean() {
	x := list[float32](1, 2, 3)
	i := x.Graph().Constant(graph.BufferOf([]int32{1, 0, 1}, 3))
	show(ops.SegmentMean(x, i, 2))
	// Output: [2 2]
}

func ExampleSegmentMax() {
	x := list[float32](1, 2, 3)
	i := x.Graph().Constant(graph.BufferOf([]int32{1, 0, 1}, 3))
	show(ops.SegmentMax(x, i, 2))
	// Output: [2 3]
}

func ExampleHistogram() {
	show(ops.Histogram(list[float32](0, 0.1, 0.6, 1, 2), 2, 0, 1))
	// Output: [2 2]
}

func ExampleBincount() {
	show(ops.Bincount(list[int32](0, 2, 2), 4))
	// Output: [1 0 2 0]
}
