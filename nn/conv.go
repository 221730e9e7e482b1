package nn

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Conv is a convolution over one to three spatial dimensions: y = x∗W + B; see ops.Conv.
//
//	x [N, in, spatial…]    W [out, in/groups, window…]    B [out], nil for none    y [N, out, spatial…]
type Conv struct {
	W, B *graph.Param
	How  ops.Convolution
}

// NewConv1D draws a layer with windows of the given size over one dimension.
func NewConv1D(r *rand.Rand, in, out, window int, opts ...Option) *Conv {
	return newConv(r, in, out, []int{window}, opts)
}

// NewConv2D draws a layer with square windows over two dimensions.
func NewConv2D(r *rand.Rand, in, out, window int, opts ...Option) *Conv {
	return newConv(r, in, out, []int{window, window}, opts)
}

// NewConv3D draws a layer with cubic windows over three dimensions.
func NewConv3D(r *rand.Rand, in, out, window int, opts ...Option) *Conv {
	return newConv(r, in, out, []int{window, window, window}, opts)
}

func newConv(r *rand.Rand, in, out int, window []int, opts []Option) *Conv {
	s := apply(opts)
	groups := max(1, s.conv.Groups)
	taps := graph.Of(window...).Size()
	fanIn, fanOut := in/groups*taps, out/groups*taps
	return &Conv{
		W:   graph.NewParam("conv.W", s.weights(r, fanIn, fanOut, append([]int{out, in / groups}, window...)...)),
		B:   s.bias("conv.B", r, fanIn, out),
		How: s.conv,
	}
}

// Forward applies the layer.
func (c *Conv) Forward(x *graph.Node) *graph.Node {
	g := x.Graph()
	y := ops.Conv(x, g.Use(c.W), c.How)
	if c.B == nil || !y.Valid() {
		return y
	}
	per := make([]int, y.Shape().Rank()-1) // [out, 1, …]
	for i := range per {
		per[i] = 1
	}
	per[0] = c.B.Type().Shape.Size()
	return ops.Add(y, ops.Reshape(g.Use(c.B), per...))
}

// Stride is how far windows lie apart: one number, or one for each spatial dimension.
func Stride(n ...int) Option { return func(s *settings) { s.conv.Stride = n } }

// Padding is how many zeros lie before and after each spatial dimension.
func Padding(n ...int) Option { return func(s *settings) { s.conv.Pad = n } }

// Dilation is how far the taps of a window lie apart.
func Dilation(n ...int) Option { return func(s *settings) { s.conv.Dilation = n } }

// Groups cuts the channels into groups with filters of their own.
func Groups(n int) Option { return func(s *settings) { s.conv.Groups = n } }
