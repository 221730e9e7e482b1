// Package vision holds models of images, and in its sub-packages data sets and what prepares them.
package vision

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// CNN reads small grey images: two convolutions, each followed by 2×2 max pooling, then two dense layers.
//
//	x [N, 1, 28, 28]   conv 5×5, pad 2, 24 → pool → ReLU   conv 3×3, pad 1, 32 → pool → ReLU   dense 256 → ReLU   dense 10
//
// Pooling before ReLU gives the same values as after it, at a quarter of the work.
type CNN struct {
	Conv1, Conv2 *nn.Conv
	Hidden, Out  *nn.Dense
	Dropout      nn.Dropout
}

// NewCNN draws a network for MNIST from r.
func NewCNN(r *rand.Rand) *CNN {
	he := nn.Weights(nn.HeUniform)
	return &CNN{
		Conv1:   nn.NewConv2D(r, 1, 24, 5, nn.Padding(2), he),
		Conv2:   nn.NewConv2D(r, 24, 32, 3, nn.Padding(1), he),
		Hidden:  nn.NewDense(r, 32*7*7, 256, he),
		Out:     nn.NewDense(r, 256, 10),
		Dropout: nn.Dropout{P: 0.2},
	}
}

// Forward maps images [N, 1, 28, 28] to logits [N, 10].
func (m *CNN) Forward(x *graph.Node) *graph.Node {
	h := ops.ReLU(nn.MaxPool(m.Conv1.Forward(x), 2))
	h = ops.ReLU(nn.MaxPool(m.Conv2.Forward(h), 2))
	h = ops.ReLU(m.Hidden.Forward(ops.Flatten(h, 1)))
	return m.Out.Forward(m.Dropout.Forward(h))
}
