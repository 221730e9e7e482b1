package nn

import (
	"errors"
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Recurrent is what recurrent nets have in common: layers one above the other, each of which runs over a sequence ahead, and if
// bidirectional also back. What the two yield, side by side, is what the next layer gets. A layer's product with the whole sequence is
// one, outside the loop.
type Recurrent struct {
	Ahead, Back []*RecurrentWeights // a layer each; no Back for one direction
	Dropout     float64             // of what goes from one layer to the next, in training
}

// RecurrentWeights are those of one layer in one direction, for G gates side by side in PyTorch's order: W [in, G·H] from the input and
// U [H, G·H] from the state, transposes of PyTorch's, and a bias for each, as PyTorch has, BW and BU [G·H]; nil for none.
type RecurrentWeights struct{ W, U, BW, BU *graph.Param }

// Unrolling says what a recurrent net starts from, and where the sequences of a batch end.
//
// Lengths, integers [batch], counts the valid steps of each sequence, from none to all; nil for all. A length that cannot be is an error of
// the run. In a padding step the state stays and the output is 0, and a layer that runs back begins at the last valid step, as PyTorch has
// it for packed sequences.
type Unrolling struct {
	H       *graph.Node // initial states [layers·directions, batch, hidden], those of one layer ahead and back together; nil for 0
	C       *graph.Node // initial cells of an LSTM
	Lengths *graph.Node
}

// Layers is how many layers a recurrent net has.
func Layers(n int) Option { return func(s *settings) { s.layers = n } }

// Bidirectional lets each layer of a recurrent net run back, too.
func Bidirectional() Option { return func(s *settings) { s.bidirectional = true } }

// newRecurrent draws all weights from U(−1/√hidden, 1/√hidden), as PyTorch does, if Weights does not say else.
func newRecurrent(name string, r *rand.Rand, in, hidden, gates int, recurrent bool, opts []Option) Recurrent {
	s := apply(append([]Option{Layers(1)}, opts...))
	n := Recurrent{Dropout: s.dropout}
	draw := func(in int) *RecurrentWeights {
		w := &RecurrentWeights{W: graph.NewParam(name+".W", s.weights(r, hidden, gates*hidden, in, gates*hidden))}
		if recurrent {
			w.U = graph.NewParam(name+".U", s.weights(r, hidden, gates*hidden, hidden, gates*hidden))
		}
		if w.BW = s.bias(name+".BW", r, hidden, gates*hidden); recurrent {
			w.BU = s.bias(name+".BU", r, hidden, gates*hidden)
		}
		return w
	}
	for range s.layers {
		n.Ahead = append(n.Ahead, draw(in))
		if in = hidden; s.bidirectional {
			n.Back, in = append(n.Back, draw(n.Ahead[len(n.Ahead)-1].W.Type().Shape.Dim(0))), 2*hidden
		}
	}
	return n
}

// A pass runs one layer in one direction over xs [T, batch, in], from states [batch, hidden]. mask [T, batch, 1] marks valid steps; nil
// for all.
type pass func(w *RecurrentWeights, reverse bool, xs, mask *graph.Node, init []*graph.Node) (ys *graph.Node, final []*graph.Node)

// unroll runs all layers; from has the kinds of initial states that the net has.
func (n *Recurrent) unroll(name string, hidden int, x, lengths *graph.Node, from []*graph.Node, run pass,
) (y *graph.Node, final []*graph.Node) {
	g := x.Graph()
	if err := n.wrong(hidden, x, lengths, from); err != nil {
		failed := g.Fail(1+len(from), fmt.Errorf("%s: %w", name, err))
		return failed[0], failed[1:]
	}
	batch, steps := x.Shape().Dim(0), x.Shape().Dim(1)
	var mask *graph.Node
	if lengths != nil {
		lengths = within(ops.Cast(lengths, graph.Int64), steps)
		mask = ops.Less(ops.Reshape(ops.Iota(g, graph.Int64, steps), steps, 1, 1), ops.Reshape(lengths, 1, batch, 1))
	}
	finals := make([][]*graph.Node, len(from))
	y = ops.SwapAxes(x, 0, 1)
	for l := range n.Ahead {
		if l > 0 {
			y = ops.Dropout(y, n.Dropout)
		}
		var outs []*graph.Node
		for d, w := range n.directions(l) {
			init := make([]*graph.Node, len(from))
			for k, f := range from {
				if f == nil {
					init[k] = g.Fill(0, graph.Type{Dtype: x.Dtype(), Shape: graph.Of(batch, hidden)})
				} else {
					init[k] = ops.Squeeze(ops.Slice(f, 0, len(finals[k]), 1), 0)
				}
			}
			ys, last := run(w, d == 1, y, mask, init)
			if mask != nil {
				ys = ops.Where(mask, ys, ops.Like(0, ys))
			}
			outs = append(outs, ys)
			for k := range finals {
				finals[k] = append(finals[k], last[k])
			}
		}
		y = ops.Concat(-1, outs...)
	}
	for _, f := range finals {
		final = append(final, ops.Stack(0, f...))
	}
	return ops.SwapAxes(y, 0, 1), final
}

func (n *Recurrent) directions(layer int) []*RecurrentWeights {
	if len(n.Back) == 0 {
		return n.Ahead[layer : layer+1]
	}
	return []*RecurrentWeights{n.Ahead[layer], n.Back[layer]}
}

func (n *Recurrent) wrong(hidden int, x, lengths *graph.Node, from []*graph.Node) error {
	if len(n.Ahead) == 0 || len(n.Back) != 0 && len(n.Back) != len(n.Ahead) {
		return fmt.Errorf("want at least one layer, and as many back as ahead, not %d and %d", len(n.Back), len(n.Ahead))
	}
	for _, f := range append([]*graph.Node{x, lengths}, from...) {
		if f != nil && !f.Valid() {
			return errors.New("failed")
		}
	}
	in := n.Ahead[0].W.Type()
	if x.Shape().Rank() != 3 || x.Shape().Dim(2) != in.Shape.Dim(0) || x.Dtype() != in.Dtype {
		return fmt.Errorf("%s %v: want %v[batch, steps, %d]", x.Called(), x.Type(), in.Dtype, in.Shape.Dim(0))
	}
	batch := x.Shape().Dim(0)
	if lengths != nil && (!lengths.Dtype().Integer() || lengths.Shape() != graph.Of(batch)) {
		return fmt.Errorf("%s %v: want lengths that are integers [%d]", lengths.Called(), lengths.Type(), batch)
	}
	want := graph.T(x.Dtype(), len(n.Ahead)+len(n.Back), batch, hidden)
	for _, f := range from {
		if f != nil && f.Type() != want {
			return fmt.Errorf("%s %v: want initial states %v", f.Called(), f.Type(), want)
		}
	}
	return nil
}

// hidden is the size of the state, with gates side by side.
func (n *Recurrent) hidden(gates int) int {
	if len(n.Ahead) == 0 {
		return 0
	}
	return n.Ahead[0].W.Type().Shape.Dim(1) / gates
}

// project is xs·W plus biases.
func project(w *RecurrentWeights, xs *graph.Node, biases ...*graph.Param) *graph.Node {
	y := ops.MatMul(xs, xs.Graph().Use(w.W))
	var sum *graph.Node
	for _, b := range biases {
		switch {
		case b == nil:
		case sum == nil:
			sum = xs.Graph().Use(b)
		default:
			sum = ops.Add(sum, xs.Graph().Use(b))
		}
	}
	if sum != nil {
		y = ops.Add(y, sum)
	}
	return y
}

// scan runs a cell over the pre-activations of all steps; the output of a step is its first state.
func scan(reverse bool, pre, mask *graph.Node, init []*graph.Node, cell func(pre *graph.Node, s []*graph.Node) []*graph.Node,
) (ys *graph.Node, final []*graph.Node) {
	run, seqs := flow.Scan, []*graph.Node{pre}
	if reverse {
		run = flow.ScanReverse
	}
	if mask != nil {
		seqs = append(seqs, mask)
	}
	final, out := run(init, seqs, func(s, x []*graph.Node) (next, y []*graph.Node) {
		for i, n := range cell(x[0], s) {
			if mask != nil {
				n = ops.Where(x[1], n, s[i])
			}
			next = append(next, n)
		}
		return next, next[:1:1]
	})
	return out[0], final
}
