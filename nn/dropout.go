package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Dropout sets elements to zero with probability P in training, and scales the others by 1/(1−P) so that the mean stays
// (Srivastava et al., 2014). In evaluation it is the identity.
type Dropout struct{ P float64 }

// Forward applies the layer.
func (d Dropout) Forward(x *graph.Node) *graph.Node { return ops.Dropout(x, d.P) }

// Flatten joins all axes but the first.
type Flatten struct{}

// Forward applies the layer.
func (Flatten) Forward(x *graph.Node) *graph.Node { return ops.Flatten(x, 1) }
