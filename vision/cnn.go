// Package vision holds models of images, and in its sub-packages data sets and what prepares them.
package vision

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// A Format is what images are, and into how many classes they fall.
type Format struct{ Channels, Height, Width, Classes int }

func (f Format) String() string {
	return fmt.Sprintf("%d×%d×%d in %d classes", f.Channels, f.Height, f.Width, f.Classes)
}

// CNN reads small images: two convolutions, each followed by 2×2 max pooling, then two dense layers.
//
//	x [N, C, H, W]   conv 5×5, pad 2, 24 → pool → ReLU   conv 3×3, pad 1, 32 → pool → ReLU   dense 256 → ReLU   dense classes
//
// Pooling before ReLU gives the same values as after it, at a quarter of the work.
type CNN struct {
	Conv1, Conv2 *nn.Conv
	Hidden, Out  *nn.Dense
	Dropout      nn.Dropout
}

// Digits is the format of MNIST.
var Digits = Format{Channels: 1, Height: 28, Width: 28, Classes: 10}

// NewCNN draws a network from r. Images want at least 4 pixels each way.
func NewCNN(r *rand.Rand, f Format) *CNN {
	he := nn.Weights(nn.HeUniform)
	return &CNN{
		Conv1:   nn.NewConv2D(r, f.Channels, 24, 5, nn.Padding(2), he),
		Conv2:   nn.NewConv2D(r, 24, 32, 3, nn.Padding(1), he),
		Hidden:  nn.NewDense(r, 32*(f.Height/4)*(f.Width/4), 256, he),
		Out:     nn.NewDense(r, 256, f.Classes),
		Dropout: nn.Dropout{P: 0.2},
	}
}

// Forward maps images [N, channels, height, width] to logits [N, classes].
func (m *CNN) Forward(x *graph.Node) *graph.Node {
	h := ops.ReLU(nn.MaxPool(m.Conv1.Forward(x), 2))
	h = ops.ReLU(nn.MaxPool(m.Conv2.Forward(h), 2))
	h = ops.ReLU(m.Hidden.Forward(ops.Flatten(h, 1)))
	return m.Out.Forward(m.Dropout.Forward(h))
}
