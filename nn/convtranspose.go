package nn

import (
	"errors"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// ConvTranspose is a transposed convolution over one to three spatial dimensions, the map that a Conv of the same options applies to
// gradients (Zeiler et al., 2010), plus B; see ops.ConvTranspose.
//
//	x [N, in, spatial…]    W [in, out/groups, window…]    B [out], nil for none    y [N, out, spatial…]
//	size of y = (size of x − 1)·stride − pads + (window − 1)·dilation + 1 + output padding        or, if Same, size of x·stride
//
// The layout is PyTorch's, and so is the fan-in of the default initialiser, out/groups·taps. OutputPadding picks among the sizes that
// a Conv of that stride maps to one. Groups that do not divide the channels are an error of Forward.
type ConvTranspose struct {
	W, B      *graph.Param
	How       ops.Convolution
	OutputPad []int

	bad error // of the constructor's arguments
}

// NewConvTranspose1D draws a layer with windows of the given size over one dimension.
func NewConvTranspose1D(r *rand.Rand, in, out, window int, opts ...Option) *ConvTranspose {
	return newConvTranspose(r, in, out, 1, window, opts)
}

// NewConvTranspose2D draws a layer with square windows over two dimensions.
func NewConvTranspose2D(r *rand.Rand, in, out, window int, opts ...Option) *ConvTranspose {
	return newConvTranspose(r, in, out, 2, window, opts)
}

// NewConvTranspose3D draws a layer with cubic windows over three dimensions.
func NewConvTranspose3D(r *rand.Rand, in, out, window int, opts ...Option) *ConvTranspose {
	return newConvTranspose(r, in, out, 3, window, opts)
}

func newConvTranspose(r *rand.Rand, in, out, d, size int, opts []Option) *ConvTranspose {
	s := apply(opts)
	window, groups, err := s.filters("convtranspose", in, out, d, size)
	if err == nil && s.causal {
		err = errors.New("convtranspose: a transposed convolution cannot be causal")
	}
	if err != nil {
		return &ConvTranspose{bad: err}
	}
	taps := graph.Of(window...).Size()
	fanIn, fanOut := out/groups*taps, in/groups*taps
	return &ConvTranspose{
		W:   graph.NewParam("convtranspose.W", s.weights(r, fanIn, fanOut, append([]int{in, out / groups}, window...)...)),
		B:   s.bias("convtranspose.B", r, fanIn, out),
		How: s.conv, OutputPad: s.outputPad,
	}
}

// Forward applies the layer.
func (c *ConvTranspose) Forward(x *graph.Node) *graph.Node {
	if c.bad != nil {
		return x.Graph().Failf("%w", c.bad)
	}
	return shifted(ops.ConvTranspose(x, x.Graph().Use(c.W), c.How, c.OutputPad...), c.B)
}
