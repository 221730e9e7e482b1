package nn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// bound runs f with operands in place of all parameters of a model, in order.
func bound(model any, params []*graph.Node, f func() *graph.Node) (y *graph.Node) {
	at := map[graph.Var]*graph.Node{}
	for i, p := range paramsOf(model) {
		at[p] = params[i]
	}
	if len(at) != len(params) {
		panic("parameters are missing")
	}
	params[0].Graph().With(at, func() { y = f() })
	return y
}

// placeOf is the place of a case's first token, nil for 0.
func placeOf(c torchCase, in []*graph.Node) *graph.Node {
	if c.num("at") == 0 {
		return nil
	}
	return in[0].Graph().Fill(c.num("at"), graph.T(graph.Int64))
}

func TestTransformerTorch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	block := func(c torchCase, d graph.Dtype, in []*graph.Node, f func(*rand.Rand, int, int, int, ...nn.Option) *nn.TransformerBlock) *nn.TransformerBlock {
		opts := []nn.Option{nn.Dtype(d), nn.Activation(ops.GELU)}
		if c.flag("post") {
			opts = append(opts, nn.PostNorm())
		}
		if c.text("act") == "relu" {
			opts = append(opts, nn.Activation(ops.ReLU))
		}
		return f(r, in[0].Shape().Dim(-1), int(c.num("heads")), int(c.num("hidden")), opts...)
	}
	testTorch(t, map[string]torchRow{
		"Embedding": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			opts := []nn.Option{nn.Dtype(d)}
			if c.Attr["padding"] != nil {
				opts = append(opts, nn.PaddingRow(int(c.num("padding"))))
			}
			e := nn.NewEmbedding(r, 3, in[1].Shape().Dim(1), opts...)
			return bound(e, in[1:], func() *graph.Node { return e.Forward(in[0]) })
		},
		"Rotary": func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node {
			turn := nn.Rotary{Base: c.num("base"), Halves: c.flag("halves")}
			if c.Attr["width"] != nil {
				turn.Width = int(c.num("width"))
			}
			return turn.Rotate(in[0], placeOf(c, in))
		},
		"Sinusoids": func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node {
			s := nn.Sinusoids{Width: in[0].Shape().Dim(-1), Base: c.num("base"), Halves: c.flag("halves")}
			return s.ForwardAt(in[0], placeOf(c, in))
		},
		"Positions": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			p := nn.NewPositions(r, in[1].Shape().Dim(0), in[1].Shape().Dim(1), nn.Dtype(d))
			return bound(p, in[1:], func() *graph.Node { return p.ForwardAt(in[0], placeOf(c, in)) })
		},
		"MultiHeadAttention": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			opts := []nn.Option{nn.Dtype(d)}
			if c.flag("causal") {
				opts = append(opts, nn.Causal())
			}
			if !c.flag("bias") {
				opts = append(opts, nn.NoBias())
			}
			m := nn.NewMultiHeadAttention(r, in[0].Shape().Dim(-1), int(c.num("heads")), opts...)
			var how ops.Attending
			rest := in[1:]
			if c.flag("padding") {
				how.Mask, rest = rest[0], rest[1:]
			}
			if c.flag("add") {
				how.Bias, rest = rest[0], rest[1:]
			}
			return bound(m, rest, func() *graph.Node { return m.Attend(in[0], nil, how) })
		},
		"CrossAttention": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			m := nn.NewCrossAttention(r, in[0].Shape().Dim(-1), in[1].Shape().Dim(-1), int(c.num("heads")), nn.Dtype(d))
			return bound(m, in[2:], func() *graph.Node { return m.Attend(in[0], in[1], ops.Attending{}) })
		},
		"GroupedQueries": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			m := nn.NewMultiHeadAttention(r, in[0].Shape().Dim(-1), int(c.num("heads")), nn.KVHeads(int(c.num("shared"))), nn.NoBias(), nn.Causal(), nn.Dtype(d))
			return bound(m, in[1:], func() *graph.Node { return m.Forward(in[0]) })
		},
		"TransformerEncoder": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			b := block(c, d, in, nn.NewTransformerBlock)
			return bound(b, in[1:], func() *graph.Node { return b.Forward(in[0]) })
		},
		"TransformerDecoder": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			b := block(c, d, in, nn.NewDecoderBlock)
			return bound(b, in[2:], func() *graph.Node { return b.ForwardIn(in[0], nn.Surrounding{Memory: in[1]}) })
		},
	})
}
