package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleGroupNorm() {
	l := nn.NewGroupNorm(2, 4) // channels 0 and 1 together, 2 and 3 together
	display(l.Forward(array([]float32{1, 3, 10, 30}, 1, 4)))
	// Output: [-1 1 -1 1]
}

func ExampleInstanceNorm() {
	l := nn.NewInstanceNorm(2)
	display(l.Forward(array([]float32{1, 3, 10, 30}, 1, 2, 2)))
	// Output: [-1 1 -1 1]
}

func ExampleRMSNorm() {
	l := nn.NewRMSNorm(2)
	l.Scale.Set(graph.BufferOf([]float32{1, 10}, 2))
	display(l.Forward(array([]float32{3, 3, 0, 8}, 2, 2)))
	// Output: [1 10 0 14.14]
}

func ExampleAffine() {
	fmt.Println(nn.NewLayerNorm(3, nn.Affine(false)).Scale == nil, nn.NewInstanceNorm(3, nn.Affine(true)).Scale.Type())
	// Output: true float32[3]
}

func ExampleTracking() {
	l := nn.NewInstanceNorm(1, nn.Tracking(true), nn.Momentum(0.5), nn.Eps(0))
	x := array([]float32{1, 3}, 1, 1, 2)
	display(l.Forward(x), x.Graph().Use(l.Mean), x.Graph().Use(l.Var))
	// Output:
	// [-1 1]
	// [1]
	// [1.5]
}

func ExampleWeightNorm() {
	l := nn.NewDense(source, 2, 1, nn.NoBias())
	l.W.Set(graph.BufferOf([]float32{3, 4}, 2, 1))
	m := nn.NewWeightNorm(l, l.W, -1)
	x := []float32{1, 1}
	display(m.Forward(array(x, 1, 2)))
	m.Length.Set(graph.BufferOf([]float32{1}, 1))
	display(m.Forward(array(x, 1, 2)))
	for name := range nn.Params(m) {
		fmt.Println(name)
	}
	// Output:
	// [7]
	// [1.4]
	// Layer.W
	// Length
}

func ExampleSpectralNorm() {
	l := nn.NewDense(source, 2, 2, nn.NoBias())
	l.W.Set(graph.BufferOf([]float32{5, 0, 0, 1}, 2, 2)) // stretches by up to 5
	m := nn.NewSpectralNorm(source, l, l.W, -1)
	display(m.Forward(array([]float32{1, 0, 0, 1}, 2, 2)))
	// Output: [1 0 0 0.2]
}

func ExampleDropout2D() {
	g := graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(7))
	display(nn.Dropout2D{P: 0.5}.Forward(g.Fill(1, graph.T(graph.Float32, 1, 4, 1, 2))))
	// Output: [2 2 2 2 0 0 0 0]
}

func ExampleDropout1D() {
	g := graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(3))
	display(nn.Dropout1D{P: 0.5}.Forward(g.Fill(1, graph.T(graph.Float32, 2, 2, 3))))
	// Output: [2 2 2 0 0 0 2 2 2 0 0 0]
}

func ExampleDropout3D() {
	x := graph.New(graph.Evaluation).Fill(1, graph.T(graph.Float32, 1, 2, 1, 1, 2))
	display(nn.Dropout3D{P: 0.5}.Forward(x))
	// Output: [1 1 1 1]
}

func ExampleAlphaDropout() {
	g := graph.New(graph.Training)
	x := ops.NormalOf(g, graph.T(graph.Float64, 100000))
	y := nn.AlphaDropout{P: 0.2}.Forward(x)
	out, err := exec.Eval(ops.Mean(y), ops.Var(y, 0))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("mean within 0.02 of 0: %t, variance %.1f\n", math.Abs(exec.Scalar(out[0])) < 0.02, exec.Scalar(out[1]))
	// Output: mean within 0.02 of 0: true, variance 1.0
}

func ExampleGLU() {
	display(nn.GLU(array([]float32{1, 2, 0, 100}, 1, 4)))
	// Output: [0.5 2]
}

func ExampleGated() {
	l := nn.Sequential{ // a gated convolution, whose halves lie along the channels
		nn.NewConv1D(source, 1, 2, 1, ones()...),
		nn.Func(func(x *graph.Node) *graph.Node { return nn.Gated(x, 1, ops.ReLU) }),
	}
	display(l.Forward(array([]float32{-1, 2, 3}, 1, 1, 3)))
	// Output: [-0 4 9]
}

func ExampleSwiGLU() {
	mlp := nn.Sequential{nn.NewDense(source, 8, 2*16), nn.Func(nn.SwiGLU), nn.NewDense(source, 16, 8)}
	x := graph.New(graph.Training).Input("x", graph.Float32, 4, 8)
	fmt.Println(mlp.Forward(x).Shape())
	display(nn.SwiGLU(array([]float32{1, 2, 0, 100}, 1, 4)))
	// Output:
	// [4 8]
	// [0 200]
}

func ExampleGEGLU() {
	display(nn.GEGLU(array([]float32{1, 2, -100, 100}, 1, 4)))
	// Output: [-0 200]
}

func ExampleReGLU() {
	display(nn.ReGLU(array([]float32{1, 2, -100, 100}, 1, 4)))
	// Output: [0 200]
}

func ExampleOrthogonal() {
	l := nn.NewDense(rand.New(rand.NewPCG(1, 2)), 3, 2, nn.Weights(nn.Orthogonal(2)), nn.Dtype(graph.Float64))
	w := graph.New(graph.Training).Constant(l.W.Value())
	out, err := exec.Eval(ops.MatMulT(w, w, true, false)) // the columns' products
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%.6f\n", out[0].Data())
	// Output: [4.000000 0.000000 0.000000 4.000000]
}

func ExampleTruncatedNormal() {
	spread(nn.TruncatedNormal(0, 1, -2, 2))
	// Output: mean 0.00, standard deviation 0.884, from -2.00 to 2.00
}

func ExampleDirac() {
	l := nn.NewConv1D(source, 2, 2, 3, nn.Weights(nn.Dirac(1)), nn.NoBias(), nn.Same())
	display(l.Forward(array([]float32{1, 2, 3, 4, 5, 6}, 1, 2, 3)))
	// Output: [1 2 3 4 5 6]
}

func ExampleSparse() {
	l := nn.NewDense(rand.New(rand.NewPCG(1, 2)), 2, 8, nn.Weights(nn.Sparse(0.75, 1)))
	fmt.Printf("%.2f\n", graph.Data[float32](l.W.Value()))
	// Output: [0.00 0.00 0.00 -1.13 0.00 0.00 0.00 1.73 0.00 0.00 -0.05 0.00 0.00 0.00 0.88 0.00]
}

func ExampleEps() {
	l := nn.NewRMSNorm(2, nn.Eps(7)) // a mean square of 2 and 7 are 9
	display(l.Forward(array([]float32{2, 0}, 1, 2)))
	// Output: [0.6667 0]
}

func ExampleMomentum() {
	b := nn.NewBatchNorm(1, nn.Momentum(0.5))
	x := array([]float32{2, 4}, 2, 1)
	b.Forward(x)
	display(x.Graph().Use(b.Mean))
	// Output: [1.5]
}
