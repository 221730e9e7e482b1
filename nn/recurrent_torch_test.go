package nn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// Outputs, last states and all gradients are PyTorch's: layers, directions, lengths, with and without biases.
func TestRecurrentTorch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	row := func(states int, f func(in, hidden int, opts []nn.Option) (any, func(x *graph.Node, from nn.Unrolling) []*graph.Node)) torchRow {
		return func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			opts := []nn.Option{nn.Dtype(d), nn.Layers(int(c.num("layers")))}
			if c.flag("both") {
				opts = append(opts, nn.Bidirectional())
			}
			if !c.flag("bias") {
				opts = append(opts, nn.NoBias())
			}
			if c.text("act") == "relu" {
				opts = append(opts, nn.Activation(ops.ReLU))
			}
			net, unroll := f(in[0].Shape().Dim(2), int(c.num("hidden")), opts)
			from, rest := nn.Unrolling{H: in[1]}, in[1+states:]
			if states == 2 {
				from.C = in[2]
			}
			if c.flag("lengths") {
				from.Lengths, rest = rest[0], rest[1:]
			}
			return bound(net, rest, func() *graph.Node {
				outs := unroll(in[0], from)
				for i, y := range outs {
					outs[i] = ops.Flatten(y, 0)
				}
				return ops.Concat(0, outs...)
			})
		}
	}
	testTorch(t, map[string]torchRow{
		"RNN": row(1, func(in, hidden int, opts []nn.Option) (any, func(x *graph.Node, from nn.Unrolling) []*graph.Node) {
			n := nn.NewRNN(r, in, hidden, opts...)
			return n, func(x *graph.Node, from nn.Unrolling) []*graph.Node { return two(n.Unroll(x, from)) }
		}),
		"LSTM": row(2, func(in, hidden int, opts []nn.Option) (any, func(x *graph.Node, from nn.Unrolling) []*graph.Node) {
			n := nn.NewLSTM(r, in, hidden, opts...)
			return n, func(x *graph.Node, from nn.Unrolling) []*graph.Node { return three(n.Unroll(x, from)) }
		}),
		"GRU": row(1, func(in, hidden int, opts []nn.Option) (any, func(x *graph.Node, from nn.Unrolling) []*graph.Node) {
			n := nn.NewGRU(r, in, hidden, opts...)
			return n, func(x *graph.Node, from nn.Unrolling) []*graph.Node { return two(n.Unroll(x, from)) }
		}),
		"MinGRU": row(1, func(in, hidden int, opts []nn.Option) (any, func(x *graph.Node, from nn.Unrolling) []*graph.Node) {
			n := nn.NewMinGRU(r, in, hidden, opts...)
			return n, func(x *graph.Node, from nn.Unrolling) []*graph.Node { return two(n.Unroll(x, from)) }
		}),
	})
}

func two(a, b *graph.Node) []*graph.Node { return []*graph.Node{a, b} }

func three(a, b, c *graph.Node) []*graph.Node { return []*graph.Node{a, b, c} }
