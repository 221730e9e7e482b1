package main

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

const (
	end, start, pad = 10, 11, 12 // tokens beside the ten digits
	tokens          = 13
	width           = 64
	batch           = 64
	longest         = 12          // source
	written         = longest + 1 // a target and its end
)

// A Seq2Seq reads a sequence from both sides and writes another one; at each step it looks at what it has read by dot-product
// attention (Luong et al., Effective approaches to attention-based neural machine translation, 2015, section 3.1).
type Seq2Seq struct {
	Words    *nn.Embedding
	Encoder  *nn.LSTM // both directions, so that its states are as wide as the decoder's
	Decoder  *nn.LSTM
	Mix, Out *nn.Dense
}

// NewSeq2Seq draws a model.
func NewSeq2Seq(r *rand.Rand) *Seq2Seq {
	return &Seq2Seq{
		Words:   nn.NewEmbedding(r, tokens, width/2, nn.PaddingRow(pad)),
		Encoder: nn.NewLSTM(r, width/2, width/2, nn.Bidirectional()),
		Decoder: nn.NewLSTM(r, width/2, width),
		Mix:     nn.NewDense(r, 2*width, width, nn.NoBias()),
		Out:     nn.NewDense(r, width, tokens),
	}
}

// Encode reads sources [N, S] of the given lengths [N]: memory [N, S, width], and the decoder's first state and cell [1, N, width].
func (m *Seq2Seq) Encode(sources, lengths *graph.Node) (memory, h, c *graph.Node) {
	memory, h, c = m.Encoder.Unroll(m.Words.Forward(sources), nn.Unrolling{Lengths: lengths})
	n := sources.Shape().Dim(0)
	join := func(s *graph.Node) *graph.Node { return ops.Reshape(ops.SwapAxes(s, 0, 1), 1, n, width) } // ahead beside back
	return memory, join(h), join(c)
}

// Decode reads tokens [N, T] and returns the logits of the next ones [N, T, tokens], and state and cell thereafter.
func (m *Seq2Seq) Decode(in, memory, lengths, h, c *graph.Node) (logits, nextH, nextC *graph.Node) {
	y, h, c := m.Decoder.Unroll(m.Words.Forward(in), nn.Unrolling{H: h, C: c})
	place := ops.Iota(in.Graph(), graph.Int32, memory.Shape().Dim(1))
	seen := ops.Less(place, ops.Unsqueeze(lengths, 1)) // [N, S]
	keys := ops.Unsqueeze(memory, 1)                   // one head
	look, _ := ops.Attention(ops.Unsqueeze(y, 1), keys, keys, ops.Attending{Mask: ops.Reshape(seen, -1, 1, 1, memory.Shape().Dim(1))})
	mixed := ops.Tanh(m.Mix.Forward(ops.Concat(-1, ops.Squeeze(look, 1), y)))
	return m.Out.Forward(mixed), h, c
}

// Loss is the cross-entropy of the targets [N, T], each token given those before it; what pads does not count.
func (m *Seq2Seq) Loss(sources, lengths, in, targets *graph.Node) *graph.Node {
	memory, h, c := m.Encode(sources, lengths)
	logits, _, _ := m.Decode(in, memory, lengths, h, c)
	return nn.CrossEntropyWith(logits, targets, nn.ClassOptions{Ignore: new(pad)})
}

// Trainer compiles a step of Adam, on gradients of norm 1 at most: sources, lengths, in, targets → loss.
func (m *Seq2Seq) Trainer(steps int) (*exec.Plan, error) {
	g := graph.New(graph.Training)
	sources, lengths := g.Input("sources", graph.Int32, batch, longest), g.Input("lengths", graph.Int32, batch)
	in, targets := g.Input("in", graph.Int32, batch, written), g.Input("targets", graph.Int32, batch, written)
	loss := m.Loss(sources, lengths, in, targets)
	adam := optim.NewAdam(nn.Params(m), optim.Cosine(3e-3, 0, steps))
	grads, _ := optim.ClipNorm(adam.Grads(loss), 1)
	adam.Update(grads)
	return exec.Compile(g, exec.In(sources, lengths, in, targets), exec.Out(loss))
}

// Writer compiles greedy decoding, a loop in the graph: sources, lengths → tokens [written, N], each the likeliest after those
// before it.
func (m *Seq2Seq) Writer() (*exec.Plan, error) {
	g := graph.New(graph.Evaluation)
	sources, lengths := g.Input("sources", graph.Int32, batch, longest), g.Input("lengths", graph.Int32, batch)
	memory, h, c := m.Encode(sources, lengths)
	first, steps := g.Fill(start, graph.T(graph.Int32, batch)), ops.Iota(g, graph.Int32, written)
	_, ys := flow.Scan([]*graph.Node{first, h, c}, []*graph.Node{steps}, func(s, _ []*graph.Node) (next, y []*graph.Node) {
		logits, h, c := m.Decode(ops.Unsqueeze(s[0], 1), memory, lengths, s[1], s[2])
		best := ops.ArgMax(ops.Squeeze(logits, 1), -1)
		return []*graph.Node{best, h, c}, []*graph.Node{best}
	})
	return exec.Compile(g, exec.In(sources, lengths), exec.Out(ys[0]))
}
