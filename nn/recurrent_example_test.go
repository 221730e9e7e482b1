package nn_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
)

func ExampleRNN() {
	net := nn.NewRNN(rand.New(rand.NewPCG(1, 2)), 3, 5)
	g := graph.New(graph.Evaluation)
	fmt.Println(net.Forward(g.Input("x", graph.Float32, 2, 7, 3)).Shape()) // two sequences of seven steps
	// Output: [2 7 5]
}

// Two layers, both ways, over sequences of three steps and of one.
func ExampleLSTM() {
	net := nn.NewLSTM(rand.New(rand.NewPCG(1, 2)), 3, 5, nn.Layers(2), nn.Bidirectional(), nn.DropoutRate(0.1))
	g := graph.New(graph.Evaluation)
	x := g.Fill(1, graph.T(graph.Float32, 2, 3, 3))
	y, h, c := net.Unroll(x, nn.Unrolling{Lengths: g.Constant(graph.BufferOf([]int32{3, 1}))})
	fmt.Println(y.Shape(), h.Shape(), c.Shape())
	out, err := exec.Eval(y)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out[0].Data().([]float32)[50:]) // the last two steps of the second sequence are padding, here its last ten numbers
	// Output:
	// [2 3 10] [4 2 5] [4 2 5]
	// [0 0 0 0 0 0 0 0 0 0]
}

// The last state says what a sequence was: for a classifier, say.
func ExampleGRU() {
	net := nn.NewGRU(rand.New(rand.NewPCG(1, 2)), 3, 5)
	g := graph.New(graph.Evaluation)
	_, h := net.Unroll(g.Input("x", graph.Float32, 2, 7, 3), nn.Unrolling{H: g.Input("h", graph.Float32, 1, 2, 5)})
	fmt.Println(h.Shape())
	// Output: [1 2 5]
}

// A gate that is always half open: the state is halved, and half the input comes in.
func ExampleMinGRU() {
	net := nn.NewMinGRU(rand.New(rand.NewPCG(1, 2)), 1, 1, nn.NoBias())
	net.Ahead[0].W.Set(graph.BufferOf([]float32{0, 1}, 1, 2))
	g := graph.New(graph.Evaluation)
	out, err := exec.Eval(net.Forward(g.Constant(graph.BufferOf([]float32{8, 4, 0, 2}, 1, 4, 1))))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(out[0].Data())
	// Output: [4 4 2 2]
}
