package ops_test

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/ops"
)

func ExampleSum() {
	x := ops.Reshape(list[float32](1, 2, 3, 4, 5, 6), 2, 3)
	show(ops.Sum(x), ops.Sum(x, 0), ops.Sum(x, -1))
	// Output:
	// 21
	// [5 7 9]
	// [6 15]
}

func ExampleSumKeep() {
	x := ops.Reshape(list[float32](1, 3, 2, 2), 2, 2)
	show(ops.Div(x, ops.SumKeep(x, 1))) // each row by its sum
	// Output: [0.25 0.75 0.5 0.5]
}

func ExampleMean() {
	show(ops.Mean(list[float32](1, 2, 6)))
	// Output: 3
}

func ExampleMeanKeep() {
	x := ops.Reshape(list[float32](1, 3, 2, 6), 2, 2)
	show(ops.Sub(x, ops.MeanKeep(x, -1)))
	// Output: [-1 1 -2 2]
}

func ExampleMax() {
	x := ops.Reshape(list[int32](3, 1, 4, 1, 5, 9), 2, 3)
	show(ops.Max(x), ops.Max(x, 0))
	// Output:
	// 9
	// [3 5 9]
}

func ExampleMaxKeep() {
	x := list[float32](3, 1, 4)
	show(ops.Sub(x, ops.MaxKeep(x)))
	// Output: [-1 -3 0]
}

func ExampleMin() {
	show(ops.Min(list[float32](3, 1, 4)))
	// Output: 1
}

func ExampleMinKeep() {
	x := list[float32](3, 1, 4)
	show(ops.Sub(x, ops.MinKeep(x)))
	// Output: [2 0 3]
}

func ExampleMaxWithIndex() {
	values, index := ops.MaxWithIndex(ops.Reshape(list[float32](3, 1, 4, 1, 5, 9), 2, 3), 1)
	show(values, index)
	// Output:
	// [4 9]
	// [2 2]
}

func ExampleMinWithIndex() {
	values, index := ops.MinWithIndex(list[float32](3, 1, 4, 1), 0)
	show(values, index)
	// Output:
	// 1
	// 1
}

func ExampleArgMax() {
	logits := ops.Reshape(list[float32](0.1, 2.3, -1, 4, 3, 2), 2, 3)
	show(ops.ArgMax(logits, -1)) // the most probable class of each row
	// Output: [1 0]
}

func ExampleArgMin() {
	show(ops.ArgMin(list[float32](0.1, 2.3, -1), 0))
	// Output: 2
}

func ExampleLogSumExp() {
	show(ops.LogSumExp(list[float32](1000, 1000)))
	// Output: 1001
}

func ExampleLogSumExpKeep() {
	x := list[float64](0, 0, 0, 0)
	show(ops.Exp(ops.Sub(x, ops.LogSumExpKeep(x)))) // the softmax
	// Output: [0.25 0.25 0.25 0.25]
}

func ExampleSoftmax() {
	show(ops.Softmax(list[float32](1, 2, 3), 0))
	// Output: [0.09003 0.2447 0.6652]
}

func ExampleLogSoftmax() {
	show(ops.LogSoftmax(list[float32](0, 1000), 0))
	// Output: [-1000 0]
}

func ExampleSoftmaxCrossEntropy() {
	logits := list[float32](0, 0, 5, 0, 0, 5)
	labels := logits.Graph().Constant(ints(2, 0))
	loss, _ := ops.SoftmaxCrossEntropy(ops.Reshape(logits, 2, 3), labels)
	show(loss)
	// Output: [0.01339 5.013]
}

func ExampleLayerNorm() {
	y, mean, rstd := ops.LayerNorm(list[float32](1, 3, 1, 3), 0)
	show(y, mean, rstd)
	// Output:
	// [-1 1 -1 1]
	// [2]
	// [1]
}

func ExampleCumSum() {
	show(ops.CumSum(list[float32](1, 2, 3), 0))
	// Output: [1 3 6]
}

func ExampleCumSumWith() {
	show(ops.CumSumWith(list[float32](1, 2, 3), 0, ops.Running{Exclusive: true, Reverse: true}))
	// Output: [5 3 0]
}

func ExampleProd() {
	x := ops.Reshape(list[float32](1, 2, 3, 4), 2, 2)
	show(ops.Prod(x, 0), ops.Prod(x))
	// Output:
	// [3 8]
	// 24
}

func ExampleProdKeep() {
	x := ops.Reshape(list[float32](1, 2, 3, 4), 2, 2)
	fmt.Println(ops.ProdKeep(x, 1).Shape())
	// Output: [2 1]
}

func ExampleVar() {
	x := list[float32](1, 2, 3, 4)
	show(ops.Var(x, 0), ops.Var(x, 1)) // the mean square, the unbiased estimate
	// Output:
	// 1.25
	// 1.667
}

func ExampleVarKeep() {
	x := ops.Reshape(list[float32](1, 2, 3, 4), 2, 2)
	fmt.Println(ops.VarKeep(x, 0, 1).Shape())
	// Output: [2 1]
}

func ExampleStd() {
	show(ops.Std(list[float32](1, 3, 5), 1))
	// Output: 2
}

func ExampleStdKeep() {
	x := ops.Reshape(list[float32](1, 2, 3, 4), 2, 2)
	fmt.Println(ops.StdKeep(x, 0, 1).Shape())
	// Output: [2 1]
}

func ExampleNorm() {
	x := list[float32](3, -4)
	show(ops.Norm(x, 2), ops.Norm(x, 1), ops.Norm(x, math.Inf(1)))
	// Output:
	// 5
	// 7
	// 4
}

func ExampleNormKeep() {
	rows := ops.Reshape(list[float32](3, 4, 6, 8), 2, 2)
	show(ops.Div(rows, ops.NormKeep(rows, 2, 1))) // of length 1 each
	// Output: [0.6 0.8 0.6 0.8]
}

func ExampleSort() {
	x := list[float32](3, 1, 2)
	show(ops.Sort(x, 0, false), ops.Sort(x, 0, true))
	// Output:
	// [1 2 3]
	// [3 2 1]
}

func ExampleArgSort() {
	show(ops.ArgSort(list[float32](3, 1, 2), 0, false))
	// Output: [1 2 0]
}

func ExampleSortWithIndex() {
	values, index := ops.SortWithIndex(list[float32](3, 1, 3), 0, true) // equals keep their order
	show(values, index)
	// Output:
	// [3 3 1]
	// [0 2 1]
}

func ExampleTopK() {
	values, index := ops.TopK(list[float32](3, 1, 4, 1, 5), 2, 0)
	show(values, index)
	// Output:
	// [5 4]
	// [4 2]
}

func ExampleBottomK() {
	values, index := ops.BottomK(list[float32](3, 1, 4, 1, 5), 2, 0)
	show(values, index)
	// Output:
	// [1 1]
	// [1 3]
}

func ExampleBatchNorm() {
	x := ops.Reshape(list[float64](1, 10, 3, 30), 2, 2) // two examples of two channels
	one := ops.Like(1, ops.Sum(x, 0))
	y, mean, _ := ops.BatchNorm(x, one, ops.Scale(5, one), 0)
	show(y)
	show(mean)
	// Output:
	// [4 4 6 6]
	// [2 20]
}

func ExampleGroupNorm() {
	x := ops.Reshape(list[float64](1, 3, 10, 30), 1, 4) // two groups of two channels
	one := ops.Like(1, ops.Sum(x, 0))
	y, mean, _ := ops.GroupNorm(x, one, ops.Scale(5, one), 2, 0)
	show(y)
	show(mean)
	// Output:
	// [4 6 4 6]
	// [2 20]
}

func ExampleRMSNorm() {
	x := list[float64](2, 14, 10, 10, 4) // the mean square is 83.2
	y, rrms := ops.RMSNorm(x, ops.Like(5, x), 16.8)
	show(y)
	show(rrms)
	// Output:
	// [1 7 5 5 2]
	// [0.1]
}

func ExampleLayerNormAffine() {
	x := ops.Reshape(list[float64](1, 3, 10, 30), 2, 2)
	one := ops.Like(1, ops.Sum(x, 0))
	y, mean, _ := ops.LayerNormAffine(x, one, ops.Scale(5, one), 0)
	show(y)
	show(mean)
	// Output:
	// [4 6 4 6]
	// [2 20]
}
