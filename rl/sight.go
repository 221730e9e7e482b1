package rl

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// Sight is the convolutions of an agent that is shown images: 3 × 3 places with stride 1 and nothing around the image, each with a ReLU, as
// Young & Tian (2019, section 4) have one of 16 channels for MinAtar. Layer normalisation is over all that a convolution gives for an image.
//
//	x [N, channels·rows·columns]    y [N, filters·(rows−2)·(columns−2)], after one convolution
type Sight struct {
	Convs []*nn.Conv
	Norms []*nn.LayerNorm // of each convolution, before its ReLU; none if empty

	image [3]int
}

// NewSight draws the convolutions for images [channels, rows, columns], and says how many numbers they give. Without filters it is nil, which
// gives an observation as it is.
func NewSight(r *rand.Rand, image, filters []int, layerNorm bool) (s *Sight, size int) {
	if len(filters) == 0 {
		size = 1
		for _, d := range image {
			size *= d
		}
		return nil, size
	}
	s = &Sight{image: [3]int(image)}
	in, rows, columns := image[0], image[1], image[2]
	for _, out := range filters {
		s.Convs = append(s.Convs, nn.NewConv2D(r, in, out, 3))
		in, rows, columns = out, rows-2, columns-2
		if layerNorm {
			s.Norms = append(s.Norms, nn.NewLayerNorm(in*rows*columns))
		}
	}
	return s, in * rows * columns
}

// checkSight says why there are no such convolutions for observations of a shape.
func checkSight(obs, filters []int) error {
	for _, n := range filters {
		if n < 1 {
			return fmt.Errorf("filters of %v, want at least 1 of each convolution", filters)
		}
	}
	if k := 2 * len(filters); k > 0 && (len(obs) != 3 || obs[1] <= k || obs[2] <= k) {
		return fmt.Errorf("%d convolutions over observations %v: want images [channels, rows, columns] of at least %d × %d", len(filters), obs, k+1, k+1)
	}
	return nil
}

// Forward applies the convolutions.
func (s *Sight) Forward(x *graph.Node) *graph.Node {
	if s == nil {
		return x
	}
	n := x.Shape().Dim(0)
	y := ops.Reshape(x, n, s.image[0], s.image[1], s.image[2])
	for i, c := range s.Convs {
		y = c.Forward(y)
		if len(s.Norms) > 0 {
			shape := y.Shape().Dims()
			y = ops.Reshape(s.Norms[i].Forward(ops.Reshape(y, n, -1)), shape...)
		}
		y = ops.ReLU(y)
	}
	return ops.Reshape(y, n, -1)
}
