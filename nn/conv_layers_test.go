package nn_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

// paramsOf lists the parameters of a model.
func paramsOf(model any) (ps []*graph.Param) {
	for _, p := range nn.Params(model) {
		ps = append(ps, p)
	}
	return ps
}

// Second derivatives in the operand and in the parameters: the square makes them differ from 0.
func TestConvGradients(t *testing.T) {
	r, d := rand.New(rand.NewPCG(1, 2)), nn.Dtype(graph.Float64)
	for _, c := range []struct {
		l nn.Layer
		x []int
	}{
		{nn.NewConv1D(r, 2, 3, 3, d, nn.Causal(), nn.Dilation(2)), []int{1, 2, 5}},
		{nn.NewConv1D(r, 2, 2, 2, d, nn.Padding(2), nn.PaddingAfter(1)), []int{1, 2, 4}},
		{nn.NewConv2D(r, 2, 2, 0, d, nn.Window(2, 3), nn.Same()), []int{1, 2, 3, 3}},
		{nn.NewDepthwise1D(r, 2, 2, 2, d), []int{2, 2, 4}},
		{nn.NewDepthwise2D(r, 2, 1, 2, d, nn.Stride(2)), []int{1, 2, 4, 4}},
		{nn.NewDepthwise3D(r, 2, 1, 2, d), []int{1, 2, 2, 3, 2}},
		{nn.NewConvTranspose1D(r, 2, 3, 3, d, nn.Stride(2), nn.Padding(1), nn.OutputPadding(1)), []int{1, 2, 3}},
		{nn.NewConvTranspose2D(r, 4, 2, 2, d, nn.Groups(2), nn.Stride(2)), []int{1, 4, 2, 2}},
		{nn.NewConvTranspose2D(r, 2, 2, 3, d, nn.Dilation(2), nn.NoBias()), []int{1, 2, 2, 2}},
		{nn.NewConvTranspose3D(r, 1, 2, 2, d, nn.Same(), nn.Stride(2)), []int{1, 1, 2, 1, 2}},
	} {
		x := gradcheck.Random(c.x...)
		gradcheck.Check(t, func(in ...*graph.Node) *graph.Node { return ops.Square(c.l.Forward(in[0])) }, x)
		gradcheck.Params(t, paramsOf(c.l), func(g *graph.Graph) *graph.Node { return ops.Square(c.l.Forward(g.Constant(x))) })
	}
}

func TestPoolGradients(t *testing.T) {
	for name, f := range map[string]func(x *graph.Node) *graph.Node{
		"average":   func(x *graph.Node) *graph.Node { return nn.AdaptiveAvgPool(x, 2, 3) },
		"largest":   func(x *graph.Node) *graph.Node { return nn.AdaptiveMaxPool(x, 2, 3) },
		"even":      func(x *graph.Node) *graph.Node { return nn.AdaptiveMaxPool(x, 5, 2) },
		"global":    nn.GlobalAvgPool,
		"globalmax": nn.GlobalMaxPool,
		"nearest":   func(x *graph.Node) *graph.Node { return nn.ResizeNearest(x, 3, 7) },
		"repeated":  func(x *graph.Node) *graph.Node { return nn.UpsampleNearest(x, 2, 1) },
		"linear":    func(x *graph.Node) *graph.Node { return nn.ResizeLinear(x, false, 7, 3) },
		"corners":   func(x *graph.Node) *graph.Node { return nn.UpsampleLinear(x, true, 2) },
		"unshuffle": func(x *graph.Node) *graph.Node { return nn.PixelUnshuffle(nn.PixelShuffle(x, 2), 2) },
	} {
		t.Run(name, func(t *testing.T) {
			gradcheck.Check(t, func(in ...*graph.Node) *graph.Node { return ops.Square(f(in[0])) }, gradcheck.Random(1, 4, 5, 4))
		})
	}
}

// A shuffle is undone by its inverse, in one to three dimensions.
func TestPixelShuffles(t *testing.T) {
	for _, s := range [][]int{{2, 6, 4}, {1, 8, 2, 3}, {2, 8, 2, 1, 3}} {
		x := gradcheck.Random(s...)
		g := graph.New(graph.Training)
		y := nn.PixelShuffle(g.Constant(x), 2)
		out, err := exec.Eval(nn.PixelUnshuffle(y, 2))
		if err != nil {
			t.Fatal(err)
		}
		if back, _ := exec.BufferOf(out[0]); string(back.Bytes()) != string(x.Bytes()) || y.Shape().Dim(-1) != 2*s[len(s)-1] {
			t.Errorf("%v: shuffled to %v, and back to something else", s, y.Shape())
		}
	}
}

// Whether something is seen: y at o of a causal convolution has no derivative in x beyond o.
func TestCausal(t *testing.T) {
	l := nn.NewConv1D(rand.New(rand.NewPCG(1, 2)), 1, 1, 3, nn.Causal(), nn.Dilation(2), nn.NoBias())
	if l.How.Pad[0] != 4 || l.How.PadAfter[0] != 0 {
		t.Errorf("padding %v and %v", l.How.Pad, l.How.PadAfter)
	}
	g := graph.New(graph.Training)
	x := g.Constant(graph.BufferOf([]float32{0, 0, 0, 1, 0, 0, 0, 0}, 1, 1, 8))
	out, err := exec.Eval(l.Forward(x))
	if err != nil {
		t.Fatal(err)
	}
	w := graph.Data[float32](l.W.Value())
	want := fmt.Sprint([]float32{0, 0, 0, w[2], 0, w[1], 0, w[0]})
	if got := fmt.Sprint(out[0].Data()); got != want {
		t.Errorf("%v, not %v", got, want)
	}
}

// The last word about padding counts, and the default is none.
func TestPaddingModes(t *testing.T) {
	r, g := rand.New(rand.NewPCG(1, 2)), graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 1, 2, 9)
	for _, c := range []struct {
		want int
		opts []nn.Option
	}{
		{7, nil},
		{7, []nn.Option{nn.Same(), nn.Valid()}},
		{9, []nn.Option{nn.Padding(3), nn.Same()}},
		{9, []nn.Option{nn.Same(), nn.Causal()}},
		{9, []nn.Option{nn.Causal(), nn.Padding(1)}},
		{12, []nn.Option{nn.Padding(2), nn.PaddingAfter(3)}},
		{5, []nn.Option{nn.Same(), nn.Stride(2)}},
		{5, []nn.Option{nn.Causal(), nn.Stride(2)}},
	} {
		if n := nn.NewConv1D(r, 2, 3, 3, c.opts...).Forward(x).Shape().Dim(-1); n != c.want {
			t.Errorf("%d elements, not %d: %v", n, c.want, g.Err())
		}
	}
}

// badUse builds something that must be refused in one line with want in it, and leaves the built node failed; on a failed operand it
// must fail without an error of its own.
func badUse(t *testing.T, want string, f func(g *graph.Graph) *graph.Node) {
	t.Helper()
	g := graph.New(graph.Training)
	y := f(g)
	if err := g.Err(); err == nil || y.Valid() || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
		t.Errorf("error %v, want one with %q", err, want)
	}
}

// quiet builds on a failed node.
func quiet(t *testing.T, name string, f func(failed *graph.Node) *graph.Node) {
	t.Helper()
	g := graph.New(graph.Training)
	failed := g.Failf("the first error")
	if y := f(failed); y.Valid() || !strings.HasSuffix(g.Err().Error(), "the first error") {
		t.Errorf("%s of a failed node: %v", name, g.Err())
	}
}

func TestConvBad(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	x := func(g *graph.Graph, dims ...int) *graph.Node { return g.Input("x", graph.Float32, dims...) }
	layer := func(l nn.Layer, dims ...int) func(g *graph.Graph) *graph.Node {
		return func(g *graph.Graph) *graph.Node { return l.Forward(x(g, dims...)) }
	}
	badUse(t, "conv: 3 groups do not divide 4 channels to 6", layer(nn.NewConv1D(r, 4, 6, 3, nn.Groups(3)), 1, 4, 8))
	badUse(t, "conv: 4 groups do not divide 4 channels to 6", layer(nn.NewConv2D(r, 4, 6, 3, nn.Groups(4)), 1, 4, 8, 8))
	badUse(t, "conv: -1 groups do not divide", layer(nn.NewConv2D(r, 4, 6, 3, nn.Groups(-1)), 1, 4, 8, 8))
	badUse(t, "convtranspose: 3 groups do not divide 6 channels to 4", layer(nn.NewConvTranspose1D(r, 6, 4, 3, nn.Groups(3)), 1, 6, 8))
	badUse(t, "a window of 2 positive sizes, not 4 channels to 6 by [3]", layer(nn.NewConv2D(r, 4, 6, 3, nn.Window(3)), 1, 4, 8, 8))
	badUse(t, "not 4 channels to 6 by [0]", layer(nn.NewConv1D(r, 4, 6, 0), 1, 4, 8))
	badUse(t, "not 0 channels to 6", layer(nn.NewConv1D(r, 0, 6, 3), 1, 4, 8))
	badUse(t, "not 4 channels to -4", layer(nn.NewDepthwise1D(r, 4, -1, 3), 1, 4, 8))
	badUse(t, "5 channels", layer(nn.NewConv1D(r, 4, 6, 3), 1, 5, 8))
	badUse(t, "want one dilation, or 1, not [1 2]", layer(nn.NewConv1D(r, 4, 6, 3, nn.Causal(), nn.Dilation(1, 2)), 1, 4, 8))
	badUse(t, "have 2 spatial dimensions, filters [6 4 3] have 1", layer(nn.NewConv1D(r, 4, 6, 3), 1, 4, 8, 8))
	badUse(t, "cannot be causal", layer(nn.NewConvTranspose1D(r, 4, 6, 3, nn.Causal()), 1, 4, 8))
	badUse(t, "output padding 2 is not smaller than stride 2", layer(nn.NewConvTranspose1D(r, 4, 6, 3, nn.Stride(2),
		nn.OutputPadding(2)), 1, 4, 8))
	badUse(t, "globalavgpool: x [2 3]: want [N, C, …]", func(g *graph.Graph) *graph.Node { return nn.GlobalAvgPool(x(g, 2, 3)) })
	badUse(t, "adaptiveavgpool: x [2 3]: want [N, C, …]", func(g *graph.Graph) *graph.Node { return nn.AdaptiveAvgPool(x(g, 2, 3), 1) })
	badUse(t, "want one size, or 2, not [1 2 3]", func(g *graph.Graph) *graph.Node { return nn.AdaptiveMaxPool(x(g, 2, 3, 4, 5), 1, 2, 3) })
	badUse(t, "want sizes of at least 1, not [0]", func(g *graph.Graph) *graph.Node { return nn.AdaptiveMaxPool(x(g, 2, 3, 4), 0) })
	badUse(t, "not empty", func(g *graph.Graph) *graph.Node { return nn.AdaptiveMaxPool(x(g, 2, 3, 0), 2) })
	badUse(t, "want float32 or float64, not int32", func(g *graph.Graph) *graph.Node {
		return nn.AdaptiveAvgPool(g.Input("x", graph.Int32, 1, 2, 5), 2)
	})
	badUse(t, "upsamplenearest: x [2 3]: want", func(g *graph.Graph) *graph.Node { return nn.UpsampleNearest(x(g, 2, 3), 2) })
	badUse(t, "upsamplelinear: x [2 3 4]: want sizes of at least 1", func(g *graph.Graph) *graph.Node {
		return nn.UpsampleLinear(x(g, 2, 3, 4), true, -1)
	})
	badUse(t, "resizelinear: x [1 2 5]: want float32 or float64, not int32", func(g *graph.Graph) *graph.Node {
		return nn.ResizeLinear(g.Input("x", graph.Int32, 1, 2, 5), false, 7)
	})
	badUse(t, "resizenearest: x [1 2 0]: want spatial", func(g *graph.Graph) *graph.Node { return nn.ResizeNearest(x(g, 1, 2, 0), 7) })
	badUse(t, "want channels that 4 divides", func(g *graph.Graph) *graph.Node { return nn.PixelShuffle(x(g, 1, 6, 2, 2), 2) })
	badUse(t, "want spatial sizes that 2 divides", func(g *graph.Graph) *graph.Node { return nn.PixelUnshuffle(x(g, 1, 1, 4, 5), 2) })
	badUse(t, "a factor of at least 1", func(g *graph.Graph) *graph.Node { return nn.PixelUnshuffle(x(g, 1, 1, 4, 5), 0) })
	badUse(t, "pixelshuffle: x [1 6]: want", func(g *graph.Graph) *graph.Node { return nn.PixelShuffle(x(g, 1, 6), 2) })
	for name, f := range map[string]func(x *graph.Node) *graph.Node{
		"conv":            nn.NewConv2D(r, 2, 2, 3).Forward,
		"convtranspose":   nn.NewConvTranspose2D(r, 2, 2, 3).Forward,
		"globalavgpool":   nn.GlobalAvgPool,
		"adaptiveavgpool": func(x *graph.Node) *graph.Node { return nn.AdaptiveAvgPool(x, 2) },
		"adaptivemaxpool": func(x *graph.Node) *graph.Node { return nn.AdaptiveMaxPool(x, 2) },
		"upsamplenearest": func(x *graph.Node) *graph.Node { return nn.UpsampleNearest(x, 2) },
		"upsamplelinear":  func(x *graph.Node) *graph.Node { return nn.UpsampleLinear(x, false, 2) },
		"resizenearest":   func(x *graph.Node) *graph.Node { return nn.ResizeNearest(x, 2) },
		"resizelinear":    func(x *graph.Node) *graph.Node { return nn.ResizeLinear(x, false, 2) },
		"pixelshuffle":    func(x *graph.Node) *graph.Node { return nn.PixelShuffle(x, 2) },
		"pixelunshuffle":  func(x *graph.Node) *graph.Node { return nn.PixelUnshuffle(x, 2) },
	} {
		quiet(t, name, f)
	}
}
