package main

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
)

// Characters and positions of the text models.
const vocabulary, context = 96, 128

// A languageModel is a causal transformer with pre-norm blocks, learned positions and a head of its own (Radford et al., 2019).
type languageModel struct {
	Tokens *nn.Embedding
	Places *nn.Positions
	Blocks []*nn.TransformerBlock
	Norm   *nn.LayerNorm
	Head   *nn.Dense
}

func (m *languageModel) Forward(tokens *graph.Node) *graph.Node {
	x := m.Places.Forward(m.Tokens.Forward(tokens))
	for _, b := range m.Blocks {
		x = b.Forward(x)
	}
	return m.Head.Forward(m.Norm.Forward(x))
}

// gpt is six blocks of width 192 with six heads, trained by AdamW.
func gpt(d graph.Dtype, batch int) *problem { return deepGPT(d, batch, 6) }

func deepGPT(d graph.Dtype, batch, layers int) *problem {
	const width, heads = 192, 6
	p, r := newProblem(d), blank()
	m := &languageModel{
		Tokens: nn.NewEmbedding(r, vocabulary, width, p.with()...),
		Places: nn.NewPositions(r, context, width, p.with()...),
		Norm:   nn.NewLayerNorm(width, p.with()...),
		Head:   nn.NewDense(r, width, vocabulary, p.with(nn.NoBias())...),
	}
	for range layers {
		m.Blocks = append(m.Blocks, nn.NewTransformerBlock(r, width, heads, 4*width, p.with(nn.Causal())...))
	}
	p.model("", m)
	x, y := p.index("x", vocabulary, batch, context), p.index("y", vocabulary, batch, context)
	return p.minimize(optim.NewAdamW(nn.Params(m), optim.Constant(3e-4), 0.01), nn.CrossEntropy(m.Forward(x), y))
}

// A characterModel is an LSTM (Hochreiter & Schmidhuber, 1997) between an embedding and a dense layer.
type characterModel struct {
	Tokens *nn.Embedding
	Cells  *nn.LSTM
	Out    *nn.Dense
}

func (m *characterModel) Forward(tokens *graph.Node) *graph.Node {
	return m.Out.Forward(m.Cells.Forward(m.Tokens.Forward(tokens)))
}

// lstm is one layer of 256 cells over 64 characters.
func lstm(d graph.Dtype, batch int) *problem { return longLSTM(d, batch, 64) }

func longLSTM(d graph.Dtype, batch, steps int) *problem {
	const embedding, hidden = 64, 256
	p, r := newProblem(d), blank()
	m := &characterModel{
		Tokens: nn.NewEmbedding(r, vocabulary, embedding, p.with()...),
		Cells:  nn.NewLSTM(r, embedding, hidden, p.with()...),
		Out:    nn.NewDense(r, hidden, vocabulary, p.with()...),
	}
	p.model("", m)
	x, y := p.index("x", vocabulary, batch, steps), p.index("y", vocabulary, batch, steps)
	return p.minimize(adam(m, 1e-3)(), nn.CrossEntropy(m.Forward(x), y))
}
