package nn

import "github.com/kedja-ml/kedja/ops"

// Stride is how far windows lie apart: one number, or one for each spatial dimension.
func Stride(n ...int) Option { return func(s *settings) { s.conv.Stride = n } }

// Dilation is how far the taps of a window lie apart.
func Dilation(n ...int) Option { return func(s *settings) { s.conv.Dilation = n } }

// Groups cuts the channels into groups with filters of their own.
func Groups(n int) Option { return func(s *settings) { s.conv.Groups = n } }

// Window gives the window of a convolution a size in each spatial dimension, instead of one for all.
func Window(n ...int) Option { return func(s *settings) { s.window = n } }

// Padding is how many zeros lie before each spatial dimension, and after it too unless PaddingAfter says else.
func Padding(n ...int) Option { return pads(ops.Convolution{Pad: n}, false) }

// PaddingAfter is how many zeros lie after each spatial dimension; it is given after Padding.
func PaddingAfter(n ...int) Option {
	return func(s *settings) { pads(ops.Convolution{Pad: s.conv.Pad, PadAfter: n}, false)(s) }
}

// Same pads so that ⌈size/stride⌉ elements come out; if the number of zeros is odd, one more lies after.
func Same() Option { return pads(ops.Convolution{Same: true}, false) }

// Valid pads nothing, which is the default: windows lie inside.
func Valid() Option { return pads(ops.Convolution{}, false) }

// Causal pads (window − 1)·dilation zeros before each spatial dimension and none after, so that no element of y sees a later one of x
// along any of them (van den Oord et al., 2016, WaveNet, section 2.1). A transposed convolution cannot be causal.
//
// It makes attention causal, too: a place sees itself and earlier ones.
func Causal() Option { return pads(ops.Convolution{}, true) }

// pads replaces all that has been said about padding.
func pads(a ops.Convolution, causal bool) Option {
	return func(s *settings) {
		s.conv.Pad, s.conv.PadAfter, s.conv.Same, s.causal = a.Pad, a.PadAfter, a.Same, causal
	}
}

// OutputPadding lengthens the result of a transposed convolution at its end: one number, or one for each spatial dimension.
func OutputPadding(n ...int) Option { return func(s *settings) { s.outputPad = n } }
