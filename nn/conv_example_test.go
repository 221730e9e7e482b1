package nn_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
)

// array is a constant in a graph of its own.
func array(v []float32, dims ...int) *graph.Node {
	return graph.New(graph.Training).Constant(graph.BufferOf(v, dims...))
}

// display prints the values of nodes, each in a line, with four digits.
func display(nodes ...*graph.Node) {
	out, err := exec.Eval(nodes...)
	if err != nil {
		fmt.Println(err)
	}
	for _, d := range out {
		fmt.Printf("%.4v\n", d.Data())
	}
}

// ones makes every weight 1 and leaves the bias out.
func ones(opts ...nn.Option) []nn.Option {
	return append(opts, nn.Weights(nn.Constant(1)), nn.NoBias())
}

var source = rand.New(rand.NewPCG(1, 2))

func ExampleCausal() {
	l := nn.NewConv1D(source, 1, 1, 2, ones(nn.Causal())...)
	display(l.Forward(array([]float32{1, 2, 4, 8}, 1, 1, 4))) // each element and the one before it
	// Output: [1 3 6 12]
}

func ExampleSame() {
	l := nn.NewConv1D(source, 1, 1, 2, ones(nn.Same())...)
	display(l.Forward(array([]float32{1, 2, 4, 8}, 1, 1, 4))) // each element and the one after it
	// Output: [3 6 12 8]
}

func ExampleValid() {
	l := nn.NewConv1D(source, 1, 1, 2, ones(nn.Valid())...)
	display(l.Forward(array([]float32{1, 2, 4, 8}, 1, 1, 4)))
	// Output: [3 6 12]
}

func ExamplePaddingAfter() {
	l := nn.NewConv1D(source, 1, 1, 2, ones(nn.Padding(0), nn.PaddingAfter(2))...)
	display(l.Forward(array([]float32{1, 2, 4, 8}, 1, 1, 4)))
	// Output: [3 6 12 8 0]
}

func ExampleWindow() {
	fmt.Println(nn.NewConv2D(source, 3, 8, 0, nn.Window(1, 5)).W.Type().Shape)
	// Output: [8 3 1 5]
}

func ExampleNewDepthwise1D() {
	l := nn.NewDepthwise1D(source, 2, 1, 2, ones()...)
	display(l.Forward(array([]float32{1, 2, 4, 0, 1, 0}, 1, 2, 3)))
	// Output: [3 6 1 1]
}

func ExampleNewDepthwise2D() {
	// A depthwise convolution and a 1×1 one have 3·9 + 3·8 weights where a full one has 3·9·8.
	l := nn.Sequential{nn.NewDepthwise2D(source, 3, 1, 3, nn.Same()), nn.NewConv2D(source, 3, 8, 1)}
	x := graph.New(graph.Training).Input("x", graph.Float32, 1, 3, 28, 28)
	fmt.Println(l.Forward(x).Shape(), l[0].(*nn.Conv).W.Type().Shape)
	// Output: [1 8 28 28] [3 1 3 3]
}

func ExampleNewDepthwise3D() {
	fmt.Println(nn.NewDepthwise3D(source, 3, 2, 3).W.Type().Shape)
	// Output: [6 1 3 3 3]
}

func ExampleNewConvTranspose1D() {
	l := nn.NewConvTranspose1D(source, 1, 1, 3, ones(nn.Stride(2))...)
	display(l.Forward(array([]float32{1, 5}, 1, 1, 2)))
	// Output: [1 1 6 5 5]
}

func ExampleNewConvTranspose2D() {
	down := nn.NewConv2D(source, 3, 8, 3, nn.Stride(2), nn.Padding(1))
	up := nn.NewConvTranspose2D(source, 8, 3, 3, nn.Stride(2), nn.Padding(1), nn.OutputPadding(1))
	x := graph.New(graph.Training).Input("x", graph.Float32, 1, 3, 28, 28)
	fmt.Println(down.Forward(x).Shape(), up.Forward(down.Forward(x)).Shape())
	// Output: [1 8 14 14] [1 3 28 28]
}

func ExampleNewConvTranspose3D() {
	l := nn.NewConvTranspose3D(source, 4, 2, 2, nn.Stride(2), nn.Groups(2))
	x := graph.New(graph.Training).Input("x", graph.Float32, 1, 4, 2, 3, 4)
	fmt.Println(l.W.Type().Shape, l.Forward(x).Shape())
	// Output: [4 1 2 2 2] [1 2 4 6 8]
}

func ExampleOutputPadding() {
	l := nn.NewConvTranspose1D(source, 1, 1, 2, ones(nn.Stride(2), nn.OutputPadding(1))...)
	display(l.Forward(array([]float32{1, 5}, 1, 1, 2)))
	// Output: [1 1 5 5 0]
}

func ExampleGlobalAvgPool() {
	display(nn.GlobalAvgPool(array([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, 2, 2)))
	// Output: [2.5 6.5]
}

func ExampleGlobalMaxPool() {
	display(nn.GlobalMaxPool(array([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 1, 2, 2, 2)))
	// Output: [4 8]
}

func ExampleAdaptiveAvgPool() {
	display(nn.AdaptiveAvgPool(array([]float32{1, 2, 3, 4, 5}, 1, 1, 5), 2)) // 1 2 3 and 3 4 5
	// Output: [2 4]
}

func ExampleAdaptiveMaxPool() {
	display(nn.AdaptiveMaxPool(array([]float32{1, 2, 3, 4, 5}, 1, 1, 5), 3)) // 1 2, 2 3 4 and 4 5
	// Output: [2 4 5]
}

func ExampleUpsampleNearest() {
	display(nn.UpsampleNearest(array([]float32{1, 2, 3, 4}, 1, 1, 2, 2), 2))
	// Output: [1 1 2 2 1 1 2 2 3 3 4 4 3 3 4 4]
}

func ExampleResizeNearest() {
	display(nn.ResizeNearest(array([]float32{1, 2, 3, 4}, 1, 1, 4), 3))
	// Output: [1 2 3]
}

func ExampleUpsampleLinear() {
	x := array([]float32{0, 4}, 1, 1, 2)
	display(nn.UpsampleLinear(x, false, 2))
	// Output: [0 1 3 4]
}

func ExampleResizeLinear() {
	x := array([]float32{0, 4, 8, 12}, 1, 1, 2, 2)
	display(nn.ResizeLinear(x, true, 2, 3), nn.ResizeLinear(x, false, 1, 2))
	// Output:
	// [0 2 4 8 10 12]
	// [4 8]
}

func ExamplePixelShuffle() {
	display(nn.PixelShuffle(array([]float32{1, 2, 3, 4}, 1, 4, 1, 1), 2)) // [[1 2] [3 4]]
	// Output: [1 2 3 4]
}

func ExamplePixelUnshuffle() {
	display(nn.PixelUnshuffle(array([]float32{1, 2, 3, 4, 5, 6, 7, 8}, 1, 1, 2, 4), 2))
	// Output: [1 3 2 4 5 7 6 8]
}
