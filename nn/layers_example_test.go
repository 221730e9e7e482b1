package nn_test

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleDense() {
	l := nn.NewDense(source, 3, 2, nn.Weights(nn.Constant(2)))
	l.B.Set(graph.BufferOf([]float32{0, 100}, 2))
	display(l.Forward(array([]float32{1, 2, 3, 4, 5, 6}, 2, 3)))
	// Output: [12 112 30 130]
}

func ExampleNewDense() {
	l := nn.NewDense(source, 784, 10, nn.Weights(nn.HeNormal), nn.NoBias(), nn.Dtype(graph.Float64))
	fmt.Println(l.W.Type(), l.B == nil)
	// Output: float64[784 10] true
}

func ExampleNewConv1D() {
	l := nn.NewConv1D(source, 1, 1, 2, ones()...)
	display(l.Forward(array([]float32{1, 2, 4, 8}, 1, 1, 4)))
	// Output: [3 6 12]
}

func ExampleNewConv2D() {
	l := nn.NewConv2D(source, 1, 1, 2, ones()...)
	display(l.Forward(array([]float32{1, 2, 3, 4, 5, 6, 7, 8, 9}, 1, 1, 3, 3)))
	// Output: [12 16 24 28]
}

func ExampleNewConv3D() {
	l := nn.NewConv3D(source, 3, 8, 3, nn.Stride(2), nn.Padding(1))
	x := graph.New(graph.Training).Input("x", graph.Float32, 1, 3, 16, 16, 16)
	fmt.Println(l.W.Type().Shape, l.Forward(x).Shape())
	// Output: [8 3 3 3 3] [1 8 8 8 8]
}

func ExampleStride() {
	l := nn.NewConv1D(source, 1, 1, 2, ones(nn.Stride(2))...)
	display(l.Forward(array([]float32{1, 2, 4, 8}, 1, 1, 4)))
	// Output: [3 12]
}

func ExampleDilation() {
	l := nn.NewConv1D(source, 1, 1, 2, ones(nn.Dilation(2))...)
	display(l.Forward(array([]float32{1, 2, 4, 8}, 1, 1, 4)))
	// Output: [5 10]
}

func ExampleGroups() {
	l := nn.NewConv1D(source, 2, 2, 1, ones(nn.Groups(2))...) // each channel by itself
	display(l.Forward(array([]float32{1, 2, 4, 8}, 1, 2, 2)))
	// Output: [1 2 4 8]
}

func ExamplePadding() {
	l := nn.NewConv1D(source, 1, 1, 2, ones(nn.Padding(1))...)
	display(l.Forward(array([]float32{1, 2, 4, 8}, 1, 1, 4)))
	// Output: [1 3 6 12 8]
}

func ExampleMaxPool() {
	display(nn.MaxPool(array([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 1, 1, 2, 4), 2))
	// Output: [6 8]
}

func ExampleAvgPool() {
	display(nn.AvgPool(array([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 1, 1, 2, 4), 2))
	// Output: [3.5 5.5]
}

func ExampleFlatten() {
	x := graph.New(graph.Training).Input("x", graph.Float32, 64, 16, 5, 5)
	fmt.Println(nn.Flatten{}.Forward(x).Shape())
	// Output: [64 400]
}

func ExampleDropout() {
	for _, mode := range []graph.Mode{graph.Training, graph.Evaluation} {
		g := graph.New(mode)
		g.SetRNG(graph.NewRNG(7)) // the seed decides what is dropped
		display(nn.Dropout{P: 0.5}.Forward(g.Fill(1, graph.T(graph.Float32, 8))))
	}
	// Output:
	// [2 2 0 0 2 2 2 2]
	// [1 1 1 1 1 1 1 1]
}

func ExampleBatchNorm() {
	b := nn.NewBatchNorm(2)
	x := array([]float32{1, 10, 3, 10}, 2, 2) // channel 0 is 1 and 3, channel 1 is 10 twice
	display(b.Forward(x), x.Graph().Use(b.Mean), x.Graph().Use(b.Var))
	// Output:
	// [-1 0 1 0]
	// [0.2 1]
	// [1.1 0.9]
}

func ExampleLayerNorm() {
	l := nn.NewLayerNorm(3)
	l.Shift.Set(graph.BufferOf([]float32{0, 0, 100}, 3))
	display(l.Forward(array([]float32{1, 2, 3, 1, 20, 300}, 2, 3)))
	// Output: [-1.225 0 101.2 -0.7755 -0.6365 101.4]
}

func ExampleSequential() {
	r := rand.New(rand.NewPCG(1, 2))
	model := nn.Sequential{
		nn.NewConv2D(r, 1, 8, 3), nn.Func(ops.ReLU), nn.Func(func(x *graph.Node) *graph.Node { return nn.MaxPool(x, 2) }),
		nn.Flatten{},
		nn.NewDense(r, 8*13*13, 10),
	}
	x := graph.New(graph.Training).Input("x", graph.Float32, 64, 1, 28, 28)
	fmt.Println(model.Forward(x).Shape())
	// Output: [64 10]
}

func ExampleFunc() {
	display(nn.Func(ops.ReLU).Forward(array([]float32{-1, 2}, 2)))
	// Output: [0 2]
}

func ExampleCrossEntropy() {
	logits := array([]float32{0, 0, 0, 100}, 2, 2)
	labels := logits.Graph().Constant(graph.BufferOf([]int32{0, 1}, 2)) // the first row is a guess among two, the second is sure
	display(nn.CrossEntropy(logits, labels, nn.None))
	// Output: [0.6931 0]
}

func ExampleMSE() {
	x := array([]float32{1, 2, 3}, 3)
	display(nn.MSE(x, x.Graph().Constant(graph.BufferOf([]float32{1, 2, 0}, 3))))
	// Output: 3
}

func ExampleHuber() {
	x := array([]float32{0.5, 3}, 2) // ½·0.5² within the threshold 1, 3 − ½ beyond it
	display(nn.Huber(x, x.Graph().Fill(0, x.Type()), 1, nn.None))
	// Output: [0.125 2.5]
}

func ExampleAccuracy() {
	logits := array([]float32{1, 2, 5, 3, 0, 1, 0, 9}, 4, 2)
	labels := logits.Graph().Constant(graph.BufferOf([]int32{1, 0, 0, 1}, 4))
	display(nn.Accuracy(logits, labels))
	// Output: 0.75
}

// tied is an autoencoder whose two halves share a matrix.
type tied struct {
	Encode, Decode *nn.Dense
	Norm           *nn.BatchNorm
}

func newTied() *tied {
	in := nn.NewDense(source, 4, 4, nn.NoBias())
	return &tied{Encode: in, Decode: &nn.Dense{W: in.W}, Norm: nn.NewBatchNorm(4)}
}

func ExampleParams() {
	for name, p := range nn.Params(newTied()) {
		fmt.Println(name, p.Type())
	}
	// Output:
	// Encode.W float32[4 4]
	// Norm.Scale float32[4]
	// Norm.Shift float32[4]
}

func ExampleStates() {
	for name, s := range nn.States(newTied()) {
		fmt.Println(name, s.Type())
	}
	// Output:
	// Norm.Mean float32[4]
	// Norm.Var float32[4]
}

func ExampleVars() {
	n := 0
	for _, v := range nn.Vars(newTied()) {
		n += v.Type().Shape.Size()
	}
	fmt.Println(n, "numbers in the file of weights")
	// Output: 32 numbers in the file of weights
}

func ExampleMatching() {
	for name := range nn.Matching(nn.Params(newTied()), func(name string) bool { return strings.HasSuffix(name, "Scale") }) {
		fmt.Println(name)
	}
	// Output: Norm.Scale
}

func ExampleExcept() {
	m := newTied()
	for name := range nn.Except(nn.Params(m), m.Norm) { // what the optimiser gets while the norm is frozen
		fmt.Println(name)
	}
	// Output: Encode.W
}

func ExampleInit() {
	thirds := func(_ *rand.Rand, s graph.Shape, fanIn, _ int) []float64 {
		w := make([]float64, s.Size())
		for i := range w {
			w[i] = 1 / float64(fanIn)
		}
		return w
	}
	display(nn.NewDense(source, 3, 1, nn.Weights(thirds), nn.NoBias()).Forward(array([]float32{1, 2, 6}, 1, 3)))
	// Output: [3]
}

// spread prints the mean and standard deviation of weights drawn for a layer of 200 inputs and 100 outputs.
func spread(f nn.Init) {
	w, err := exec.Eval(graph.New(graph.Training).Constant(nn.NewDense(rand.New(rand.NewPCG(1, 2)), 200, 100, nn.Weights(f)).W.Value()))
	if err != nil {
		fmt.Println(err)
		return
	}
	x := array(w[0].Data().([]float32), 20000)
	out, err := exec.Eval(ops.Mean(x), ops.Std(x, 0), ops.Min(x), ops.Max(x))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("mean %.2f, standard deviation %.3f, from %.2f to %.2f\n", exec.Scalar(out[0]), exec.Scalar(out[1]), exec.Scalar(out[2]), exec.Scalar(out[3]))
}

func ExampleFanIn() {
	spread(nn.FanIn)
	// Output: mean 0.00, standard deviation 0.041, from -0.07 to 0.07
}

func ExampleGlorotUniform() {
	spread(nn.GlorotUniform)
	// Output: mean 0.00, standard deviation 0.082, from -0.14 to 0.14
}

func ExampleGlorotNormal() {
	spread(nn.GlorotNormal)
	// Output: mean 0.00, standard deviation 0.082, from -0.38 to 0.33
}

func ExampleHeUniform() {
	spread(nn.HeUniform)
	// Output: mean 0.00, standard deviation 0.100, from -0.17 to 0.17
}

func ExampleHeNormal() {
	spread(nn.HeNormal)
	// Output: mean 0.00, standard deviation 0.100, from -0.46 to 0.40
}

func ExampleLeCunUniform() {
	spread(nn.LeCunUniform)
	// Output: mean 0.00, standard deviation 0.071, from -0.12 to 0.12
}

func ExampleLeCunNormal() {
	spread(nn.LeCunNormal)
	// Output: mean 0.00, standard deviation 0.071, from -0.33 to 0.28
}

func ExampleUniform() {
	spread(nn.Uniform(0, 1))
	// Output: mean 0.50, standard deviation 0.290, from 0.00 to 1.00
}

func ExampleNormal() {
	spread(nn.Normal(0.02))
	// Output: mean 0.00, standard deviation 0.020, from -0.09 to 0.08
}

func ExampleConstant() {
	spread(nn.Constant(0.5))
	// Output: mean 0.50, standard deviation 0.000, from 0.50 to 0.50
}

func ExampleWeights() {
	l := nn.NewDense(source, 2, 3, nn.Weights(nn.Constant(0.5)))
	fmt.Println(graph.Data[float32](l.W.Value()))
	// Output: [0.5 0.5 0.5 0.5 0.5 0.5]
}

func ExampleNoBias() {
	fmt.Println(nn.NewDense(source, 2, 3, nn.NoBias()).B == nil, nn.NewLayerNorm(3, nn.NoBias()).Shift == nil)
	// Output: true true
}

func ExampleDtype() {
	fmt.Println(nn.NewConv2D(source, 1, 8, 3, nn.Dtype(graph.Float64)).W.Type())
	// Output: float64[8 1 3 3]
}

func ExampleConv() {
	r := rand.New(rand.NewPCG(1, 2))
	l := nn.NewConv2D(r, 3, 8, 3, nn.Stride(2), nn.Same(), nn.Weights(nn.HeNormal))
	x := graph.New(graph.Training).Input("x", graph.Float32, 16, 3, 32, 32)
	fmt.Println(l.W.Type().Shape, l.B.Type().Shape, l.Forward(x).Shape())
	// Output: [8 3 3 3] [8] [16 8 16 16]
}

func ExampleLayer() {
	layers := []nn.Layer{nn.NewDense(source, 4, 2), nn.Dropout{P: 0.1}, nn.Func(ops.Tanh)}
	x := graph.New(graph.Training).Input("x", graph.Float32, 16, 4)
	for _, l := range layers {
		x = l.Forward(x)
	}
	fmt.Println(x.Shape())
	// Output: [16 2]
}

// bilinear is a layer of one's own: y = x·A·xᵀ of each row x.
type bilinear struct{ A *graph.Param }

func (b *bilinear) Forward(x *graph.Node) *graph.Node {
	return ops.Sum(ops.Mul(ops.MatMul(x, x.Graph().Use(b.A)), x), -1)
}

func ExampleNewParam() {
	r := rand.New(rand.NewPCG(1, 2))
	layer := &bilinear{A: nn.NewParam(r, graph.Of(2, 2), 2, 1, nn.Weights(nn.Constant(1)))}
	for name, p := range nn.Params(layer) {
		fmt.Println(name, p.Type())
	}
	display(layer.Forward(array([]float32{1, 2, 3, 4}, 2, 2)))
	// Output:
	// A float32[2 2]
	// [9 49]
}
