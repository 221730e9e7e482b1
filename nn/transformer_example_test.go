package nn_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

func ExampleEmbedding() {
	e := nn.NewEmbedding(source, 3, 2, nn.Weights(nn.Constant(1)), nn.PaddingRow(0))
	tokens := graph.New(graph.Training).Constant(graph.BufferOf([]int32{2, 0, 1}, 3))
	display(e.Forward(tokens))
	// Output: [1 1 0 0 1 1]
}

func ExamplePositions() {
	p := nn.NewPositions(source, 8, 2, nn.Weights(nn.Constant(10)))
	display(p.Forward(array([]float32{1, 2, 3, 4}, 2, 2)))
	// Output: [11 12 13 14]
}

func ExampleSinusoids() {
	x := array([]float32{0, 0, 0, 0, 0, 0, 0, 0}, 2, 4)
	display(nn.Sinusoids{Width: 4}.Forward(x))
	display(nn.Sinusoids{Width: 4, Halves: true}.Forward(x))
	// Output:
	// [0 1 0 1 0.8415 0.5403 0.01 0.9999]
	// [0 0 1 1 0.8415 0.01 0.5403 0.9999]
}

func ExampleRotary() {
	x := array([]float32{1, 0, 1, 0, 1, 0}, 3, 2)
	y := nn.Rotary{}.Rotate(x, nil)
	display(y)
	display(ops.MatMulT(y, y, false, true)) // products depend on the distance alone
	// Output:
	// [1 0 0.5403 0.8415 -0.4161 0.9093]
	// [1 0.5403 -0.4161 0.5403 1 0.5403 -0.4161 0.5403 1]
}

func ExampleMultiHeadAttention() {
	r := rand.New(rand.NewPCG(1, 2))
	m := nn.NewMultiHeadAttention(r, 64, 8, nn.KVHeads(2), nn.Causal(), nn.Rotating(nn.Rotary{}))
	g := graph.New(graph.Training)
	x, real := g.Input("x", graph.Float32, 16, 100, 64), g.Input("real", graph.Bool, 16, 100)
	fmt.Println(m.Forward(x).Shape())
	padding := ops.Reshape(real, 16, 1, 1, 100) // true where a place holds a token
	fmt.Println(m.Attend(x, nil, ops.Attending{Mask: padding}).Shape(), m.QKV.W.Type())
	// Output:
	// [16 100 64]
	// [16 100 64] float32[64 96]
}

func ExampleNewCrossAttention() {
	m := nn.NewCrossAttention(source, 64, 32, 8)
	g := graph.New(graph.Training)
	x, memory := g.Input("x", graph.Float32, 16, 10, 64), g.Input("memory", graph.Float32, 16, 100, 32)
	fmt.Println(m.Attend(x, memory, ops.Attending{}).Shape())
	// Output: [16 10 64]
}

func ExampleFeedForward() {
	f := nn.NewFeedForward(source, 2, 3, ones(nn.Activation(ops.ReLU))...)
	display(f.Forward(array([]float32{1, 2, 1, -2}, 2, 2)))
	// Output: [9 9 0 0]
}

func ExampleTransformerBlock() {
	encoder := nn.NewTransformerBlock(source, 64, 8, 256, nn.PostNorm(), nn.Activation(ops.ReLU), nn.DropoutRate(0.1))
	decoder := nn.NewDecoderBlock(source, 64, 8, 256)
	g := graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(1))
	memory := encoder.Forward(g.Input("source", graph.Float32, 16, 100, 64))
	y := decoder.ForwardIn(g.Input("target", graph.Float32, 16, 20, 64), nn.Surrounding{Memory: memory})
	fmt.Println(y.Shape(), g.Err())
	// Output: [16 20 64] <nil>
}

// A step that decodes one token after the other.
func ExampleKVCache() {
	m := nn.NewMultiHeadAttention(source, 2, 1, ones()...)
	g := graph.New(graph.Evaluation)
	x, place := g.Input("x", graph.Float32, 1, 1, 2), nn.NewPosition(2)
	y := m.Step(x, m.NewCache(1, 2), place.Advance(g, 1))
	step, err := exec.Compile(g, exec.In(x), exec.Out(y))
	if err != nil {
		fmt.Println(err)
		return
	}
	for range 3 {
		out, err := step.Run([]float32{1, 2})
		if err != nil {
			fmt.Println("the cache is full")
			return
		}
		fmt.Println(out[0].Data())
	}
	// Output:
	// [6 6]
	// [6 6]
	// the cache is full
}
