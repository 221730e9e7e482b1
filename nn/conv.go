package nn

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Conv is a convolution over one to three spatial dimensions: y = x∗W + B; see ops.Conv for the formula and the sizes.
//
//	x [N, in, spatial…]    W [out, in/groups, window…]    B [out], nil for none    y [N, out, spatial…]
//
// The layout is PyTorch's. Stride, Dilation, Groups and Window shape it; of Padding with PaddingAfter, Same, Valid and Causal the last
// one given says what lies around x. Groups that do not divide the channels are an error of Forward.
type Conv struct {
	W, B *graph.Param
	How  ops.Convolution

	bad error // of the constructor's arguments
}

// NewConv1D draws a layer with windows of the given size over one dimension.
func NewConv1D(r *rand.Rand, in, out, window int, opts ...Option) *Conv {
	return newConv(r, in, out, 1, window, opts)
}

// NewConv2D draws a layer with square windows over two dimensions.
func NewConv2D(r *rand.Rand, in, out, window int, opts ...Option) *Conv {
	return newConv(r, in, out, 2, window, opts)
}

// NewConv3D draws a layer with cubic windows over three dimensions.
func NewConv3D(r *rand.Rand, in, out, window int, opts ...Option) *Conv {
	return newConv(r, in, out, 3, window, opts)
}

// NewDepthwise1D draws a convolution in which each channel has filters of its own, as many as multiplier: Groups(channels) of
// channels to channels·multiplier (Chollet, 2017; Howard et al., 2017).
func NewDepthwise1D(r *rand.Rand, channels, multiplier, window int, opts ...Option) *Conv {
	return newConv(r, channels, channels*multiplier, 1, window, append(slices.Clip(opts), Groups(channels)))
}

// NewDepthwise2D is NewDepthwise1D with square windows over two dimensions.
func NewDepthwise2D(r *rand.Rand, channels, multiplier, window int, opts ...Option) *Conv {
	return newConv(r, channels, channels*multiplier, 2, window, append(slices.Clip(opts), Groups(channels)))
}

// NewDepthwise3D is NewDepthwise1D with cubic windows over three dimensions.
func NewDepthwise3D(r *rand.Rand, channels, multiplier, window int, opts ...Option) *Conv {
	return newConv(r, channels, channels*multiplier, 3, window, append(slices.Clip(opts), Groups(channels)))
}

func newConv(r *rand.Rand, in, out, d, size int, opts []Option) *Conv {
	s := apply(opts)
	window, groups, err := s.filters("conv", in, out, d, size)
	if err != nil {
		return &Conv{bad: err}
	}
	taps := graph.Of(window...).Size()
	fanIn, fanOut := in/groups*taps, out/groups*taps
	return &Conv{
		W:   graph.NewParam("conv.W", s.weights(r, fanIn, fanOut, append([]int{out, in / groups}, window...)...)),
		B:   s.bias("conv.B", r, fanIn, out),
		How: s.conv,
	}
}

// filters checks sizes, and returns the window and the number of groups; causal padding is put down as numbers.
func (s *settings) filters(name string, in, out, d, size int) (window []int, groups int, err error) {
	window, groups = s.window, max(1, s.conv.Groups)
	if window == nil {
		window = slices.Repeat([]int{size}, d)
	}
	switch {
	case in < 1 || out < 1 || len(window) != d || slices.Min(window) < 1:
		return nil, 0,
			fmt.Errorf("%s: want at least one channel and a window of %d positive sizes, not %d channels to %d by %v", name, d, in, out, window)
	case s.conv.Groups < 0 || in%groups != 0 || out%groups != 0:
		return nil, 0, fmt.Errorf("%s: %d groups do not divide %d channels to %d", name, s.conv.Groups, in, out)
	case s.causal:
		s.conv.Pad, s.conv.PadAfter = make([]int, d), []int{0}
		for i := range d {
			s.conv.Pad[i] = window[i] - 1
			if n := len(s.conv.Dilation); n > 0 { // a list of a wrong length is refused when the layer is applied
				s.conv.Pad[i] *= s.conv.Dilation[min(i, n-1)]
			}
		}
	}
	return window, groups, nil
}

// Forward applies the layer.
func (c *Conv) Forward(x *graph.Node) *graph.Node {
	if c.bad != nil {
		return x.Graph().Failf("%w", c.bad)
	}
	return shifted(ops.Conv(x, x.Graph().Use(c.W), c.How), c.B)
}

// shifted adds a bias to each channel, if there is one.
func shifted(y *graph.Node, bias *graph.Param) *graph.Node {
	if bias == nil || !y.Valid() {
		return y
	}
	per := slices.Repeat([]int{1}, y.Shape().Rank()-1) // [out, 1, …]
	per[0] = bias.Type().Shape.Size()
	return ops.Add(y, ops.Reshape(y.Graph().Use(bias), per...))
}
