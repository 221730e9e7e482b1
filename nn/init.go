package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// An Init draws the first values of weights of a shape, row by row: each output is a sum over fanIn inputs, and each input feeds fanOut
// outputs. Dense has weights [in, out], a convolution has filters [out, in, window…]. It must give as many values as the shape has elements:
// a layer panics otherwise.
type Init func(r *rand.Rand, s graph.Shape, fanIn, fanOut int) []float64

// FanIn draws from U(−1/√fanIn, 1/√fanIn), the default of layers here as in PyTorch.
func FanIn(r *rand.Rand, s graph.Shape, fanIn, _ int) []float64 {
	return uniform(r, s.Size(), 1/math.Sqrt(float64(max(1, fanIn))))
}

// GlorotUniform draws from U(−a, a), a = √(6/(fanIn+fanOut)) (Glorot & Bengio, 2010, eq. 16); for tanh and linear layers.
func GlorotUniform(r *rand.Rand, s graph.Shape, fanIn, fanOut int) []float64 {
	return uniform(r, s.Size(), math.Sqrt(6/float64(max(1, fanIn+fanOut))))
}

// GlorotNormal draws from N(0, 2/(fanIn+fanOut)).
func GlorotNormal(r *rand.Rand, s graph.Shape, fanIn, fanOut int) []float64 {
	return normal(r, s.Size(), math.Sqrt(2/float64(max(1, fanIn+fanOut))))
}

// HeUniform draws from U(−a, a), a = √(6/fanIn) (He et al., 2015, eq. 10); for ReLU.
func HeUniform(r *rand.Rand, s graph.Shape, fanIn, _ int) []float64 {
	return uniform(r, s.Size(), math.Sqrt(6/float64(max(1, fanIn))))
}

// HeNormal draws from N(0, 2/fanIn).
func HeNormal(r *rand.Rand, s graph.Shape, fanIn, _ int) []float64 {
	return normal(r, s.Size(), math.Sqrt(2/float64(max(1, fanIn))))
}

// LeCunUniform draws from U(−a, a), a = √(3/fanIn) (LeCun et al., Efficient BackProp, 1998, section 4.6); for SELU.
func LeCunUniform(r *rand.Rand, s graph.Shape, fanIn, _ int) []float64 {
	return uniform(r, s.Size(), math.Sqrt(3/float64(max(1, fanIn))))
}

// LeCunNormal draws from N(0, 1/fanIn) (Klambauer et al., 2017, for self-normalising networks).
func LeCunNormal(r *rand.Rand, s graph.Shape, fanIn, _ int) []float64 {
	return normal(r, s.Size(), 1/math.Sqrt(float64(max(1, fanIn))))
}

// Uniform draws from U(lo, hi).
func Uniform(lo, hi float64) Init {
	return func(r *rand.Rand, s graph.Shape, _, _ int) []float64 {
		x := make([]float64, s.Size())
		for i := range x {
			x[i] = lo + (hi-lo)*r.Float64()
		}
		return x
	}
}

// Normal draws from N(0, sd²).
func Normal(sd float64) Init {
	return func(r *rand.Rand, s graph.Shape, _, _ int) []float64 { return normal(r, s.Size(), sd) }
}

// Constant gives every element the value v.
func Constant(v float64) Init {
	return func(_ *rand.Rand, s graph.Shape, _, _ int) []float64 { return slices.Repeat([]float64{v}, s.Size()) }
}

func uniform(r *rand.Rand, n int, a float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = a * (2*r.Float64() - 1)
	}
	return x
}

func normal(r *rand.Rand, n int, sd float64) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = sd * r.NormFloat64()
	}
	return x
}

// An Option of a layer: each constructor, or the layer that it makes, says which it heeds; all heed Dtype, and those that draw weights
// Weights.
type Option func(*settings)

type settings struct {
	dtype  graph.Dtype
	init   Init
	noBias bool

	conv      ops.Convolution
	window    []int
	outputPad []int
	causal    bool

	norm normSettings

	paddingRow  int // of an embedding, plus one
	kvHeads     int
	rotary      *Rotary
	dropWeights float64
	dropout     float64
	postNorm    bool
	activation  func(x *graph.Node) *graph.Node

	layers        int // of a recurrent net
	bidirectional bool
}

func apply(opts []Option) settings {
	s := settings{init: FanIn}
	for _, o := range opts {
		o(&s)
	}
	return s
}

// Dtype makes the parameters of a layer Float64 instead of Float32.
func Dtype(d graph.Dtype) Option { return func(s *settings) { s.dtype = d } }

// Weights sets how the weights are drawn.
func Weights(f Init) Option { return func(s *settings) { s.init = f } }

// NoBias leaves the bias out.
func NoBias() Option { return func(s *settings) { s.noBias = true } }

// NewParam draws a parameter of the given shape, for a layer of your own: by FanIn, unless Weights says else, of float32, unless Dtype does.
// Each output of the layer is a sum over fanIn inputs, and each input feeds fanOut outputs; [Normal] and some other Inits do not care. A
// shape that cannot be is an error of the graph that uses the parameter.
func NewParam(r *rand.Rand, s graph.Shape, fanIn, fanOut int, opts ...Option) *graph.Param {
	return graph.NewParam("param", apply(opts).weights(r, fanIn, fanOut, s.Dims()...))
}

// values makes an array of dtype d.
func values(d graph.Dtype, v []float64, dims ...int) graph.Buffer {
	if n := graph.Of(dims...).Size(); len(v) != n {
		panic(fmt.Sprintf("nn: an Init gives %d values for %v", len(v), dims))
	}
	switch d {
	case graph.Float32:
	case graph.Float64:
		return graph.BufferOf(v, len(v)).As(graph.Of(dims...))
	default: // zeros: where they are used, the error names the dtypes
		return graph.NewBuffer(graph.T(d, dims...))
	}
	f := make([]float32, len(v))
	for i, x := range v {
		f[i] = float32(x)
	}
	return graph.BufferOf(f, len(f)).As(graph.Of(dims...))
}

// weights draws an array of the given sizes.
func (s settings) weights(r *rand.Rand, fanIn, fanOut int, dims ...int) graph.Buffer {
	return values(s.dtype, s.init(r, graph.Of(dims...), fanIn, fanOut), dims...)
}

// bias draws a bias, or returns nil if there is to be none. It is drawn by FanIn.
func (s settings) bias(name string, r *rand.Rand, fanIn, n int) *graph.Param {
	if s.noBias {
		return nil
	}
	return graph.NewParam(name, values(s.dtype, FanIn(r, graph.Of(n), fanIn, n), n))
}

// filled is a list of n elements v; a negative n is 0, which the layer's Forward refuses.
func filled(d graph.Dtype, v float64, n int) graph.Buffer {
	n = max(0, n)
	return values(d, slices.Repeat([]float64{v}, n), n)
}
