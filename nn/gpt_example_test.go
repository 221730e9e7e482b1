package nn_test

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
)

// A gpt is a language model: causal pre-norm blocks between learned embeddings and a head without bias.
type gpt struct {
	Tokens *nn.Embedding
	Places *nn.Positions
	Blocks []*nn.TransformerBlock
	Norm   *nn.LayerNorm
	Head   *nn.Dense
}

func newGPT(r *rand.Rand, vocabulary, context, width, layers, heads int, opts ...nn.Option) *gpt {
	small := append(opts, nn.Weights(nn.Normal(0.02)))
	m := &gpt{
		Tokens: nn.NewEmbedding(r, vocabulary, width, small...),
		Places: nn.NewPositions(r, context, width, small...),
		Norm:   nn.NewLayerNorm(width, opts...),
		Head:   nn.NewDense(r, width, vocabulary, append(opts, nn.NoBias())...),
	}
	for range layers {
		m.Blocks = append(m.Blocks, nn.NewTransformerBlock(r, width, heads, 4*width, append(opts, nn.Causal())...))
	}
	return m
}

func (m *gpt) Forward(tokens *graph.Node) *graph.Node {
	x := m.Places.Forward(m.Tokens.Forward(tokens))
	for _, b := range m.Blocks {
		x = b.Forward(x)
	}
	return m.Head.Forward(m.Norm.Forward(x))
}

// The language model of the benchmark.
func Example_gpt() {
	m := newGPT(rand.New(rand.NewPCG(1, 2)), 96, 128, 192, 6, 6)
	n := 0
	for _, p := range nn.Params(m) {
		n += p.Type().Shape.Size()
	}
	g := graph.New(graph.Training)
	fmt.Println(m.Forward(g.Input("tokens", graph.Int32, 8, 128)).Type(), n)
	// Output: float32[8 128 96] 2731008
}
