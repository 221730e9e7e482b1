package nn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
)

// convOptions are those that a case of conv.py states.
func convOptions(c torchCase, d graph.Dtype) []nn.Option {
	opts := []nn.Option{
		nn.Dtype(d), nn.Window(c.list("window")...), nn.Stride(int(c.num("stride"))), nn.Padding(int(c.num("pad"))),
		nn.Dilation(int(c.num("dilation"))), nn.Groups(int(c.num("groups"))),
	}
	switch c.text("mode") {
	case "same":
		opts = append(opts, nn.Same())
	case "causal":
		opts = append(opts, nn.Causal())
	}
	if !c.flag("bias") {
		opts = append(opts, nn.NoBias())
	}
	return opts
}

// with runs a layer with operands in place of its parameters, whose types must be theirs.
func with(l nn.Layer, in []*graph.Node, params ...*graph.Param) (y *graph.Node) {
	at := map[graph.Var]*graph.Node{}
	for i, p := range params {
		if p != nil {
			at[p] = in[1+i]
		}
	}
	in[0].Graph().With(at, func() { y = l.Forward(in[0]) })
	return y
}

func sized(f func(x *graph.Node, size ...int) *graph.Node) torchRow {
	return func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node { return f(in[0], c.list("size")...) }
}

func aligned(f func(x *graph.Node, align bool, size ...int) *graph.Node) torchRow {
	return func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node {
		return f(in[0], c.flag("align"), c.list("size")...)
	}
}

func plain(f func(x *graph.Node) *graph.Node) torchRow {
	return func(_ torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node { return f(in[0]) }
}

func TestConvTorch(t *testing.T) {
	type maker[L any] = func(r *rand.Rand, in, out, window int, opts ...nn.Option) L
	r := rand.New(rand.NewPCG(1, 2))
	testTorch(t, map[string]torchRow{
		"Conv": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			f := []maker[*nn.Conv]{nn.NewConv1D, nn.NewConv2D, nn.NewConv3D}[len(c.list("window"))-1]
			l := f(r, c.In[0].S[1], int(c.num("out")), 0, convOptions(c, d)...)
			return with(l, in, l.W, l.B)
		},
		"ConvTranspose": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			f := []maker[*nn.ConvTranspose]{nn.NewConvTranspose1D, nn.NewConvTranspose2D, nn.NewConvTranspose3D}[len(c.list("window"))-1]
			l := f(r, c.In[0].S[1], int(c.num("out")), 0, append(convOptions(c, d), nn.OutputPadding(int(c.num("output"))))...)
			return with(l, in, l.W, l.B)
		},
		"AdaptiveAvgPool": sized(nn.AdaptiveAvgPool),
		"AdaptiveMaxPool": sized(nn.AdaptiveMaxPool),
		"GlobalAvgPool":   plain(nn.GlobalAvgPool),
		"GlobalMaxPool":   plain(nn.GlobalMaxPool),
		"ResizeNearest":   sized(nn.ResizeNearest),
		"ResizeLinear":    aligned(nn.ResizeLinear),
		"UpsampleNearest": sized(nn.UpsampleNearest),
		"UpsampleLinear":  aligned(nn.UpsampleLinear),
		"PixelShuffle": func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.PixelShuffle(in[0], c.list("size")[0])
		},
		"PixelUnshuffle": func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.PixelUnshuffle(in[0], c.list("size")[0])
		},
	})
}
