package vision

import (
	"math"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// Views is [Prepare] for reading an image several times: as it is, and in each of these variations, with the seed 1. The images of an
// example are float32 [1 + variations, channels, h, w].
func Views(set data.Dataset, m data.Moments, vary ...Variation) (data.Dataset, error) {
	one, err := Prepare(set, m, nil)
	if err != nil {
		return nil, err
	}
	image := set.Types()[0].Shape
	c, h, w := image.Dim(0), image.Dim(1), image.Dim(2)
	several := graph.T(graph.Float32, 1+len(vary), c, h, w)
	return data.Map(set, []graph.Type{several, one.Types()[1]}, func(_ uint64, in, out []graph.Buffer) error {
		copy(out[1].Bytes(), in[1].Bytes())
		Look(graph.Data[float32](out[0]), graph.Data[uint8](in[0]), h, w, m, vary...)
		return nil
	}), nil
}

// Look normalises one image, of h rows of w levels a channel, and writes it to x as it is and in each of these variations.
func Look(x []float32, levels []uint8, h, w int, m data.Moments, vary ...Variation) {
	Normalize(x[:len(levels)], levels, m)
	for v, how := range vary {
		view := x[(v+1)*len(levels):][:len(levels)]
		for c := range m.Mean {
			a, b := affine(m, c)
			how.Apply(view[c*h*w:(c+1)*h*w], levels[c*h*w:(c+1)*h*w], h, w, a, b, 1)
		}
	}
}

// Agree is what a model says of images in several views, x [N, views, channels, h, w]: the logarithm of the mean over the views of the
// probabilities softmax(model), [N, classes].
func Agree(model nn.Layer, x *graph.Node) *graph.Node {
	s := x.Shape()
	if s.Rank() != 5 {
		return x.Graph().Failf("agree: %s %v: want [N, views, channels, h, w]", x.Called(), s)
	}
	logits := model.Forward(ops.Reshape(x, s.Dim(0)*s.Dim(1), s.Dim(2), s.Dim(3), s.Dim(4)))
	each := ops.Reshape(ops.LogSoftmax(logits, -1), s.Dim(0), s.Dim(1), -1)
	return ops.Offset(ops.LogSumExp(each, 1), -math.Log(float64(s.Dim(1))))
}
