package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Dropout1D sets whole channels of an example to zero with probability P in training, and scales the others by 1/(1−P) (Tompson et al.,
// 2015, section 3.2): neighbouring places are too alike for the loss of single ones to matter. In evaluation it is the identity.
//
//	x [N, C, L]    y [N, C, L]
type Dropout1D struct{ P float64 }

// Forward applies the layer.
func (d Dropout1D) Forward(x *graph.Node) *graph.Node { return dropChannels("dropout1d", x, d.P, 1) }

// Dropout2D is Dropout1D for images [N, C, H, W].
type Dropout2D struct{ P float64 }

// Forward applies the layer.
func (d Dropout2D) Forward(x *graph.Node) *graph.Node { return dropChannels("dropout2d", x, d.P, 2) }

// Dropout3D is Dropout1D for volumes [N, C, D, H, W].
type Dropout3D struct{ P float64 }

// Forward applies the layer.
func (d Dropout3D) Forward(x *graph.Node) *graph.Node { return dropChannels("dropout3d", x, d.P, 3) }

func dropChannels(name string, x *graph.Node, p float64, spatial int) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	if s.Rank() != 2+spatial {
		return x.Graph().Failf("%s: %s %v: want [N, C, …] with %d spatial dimensions", name, x.Called(), s, spatial)
	}
	one := s
	for i := range spatial {
		one = one.WithDim(2+i, 1)
	}
	keep := x.Graph().Fill(1, graph.Type{Dtype: x.Dtype(), Shape: one})
	drawn := ops.Dropout(keep, p)
	if drawn == keep {
		return x
	}
	return ops.Mul(x, drawn)
}
