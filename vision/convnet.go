package vision

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// ConvNet reads small images by stages of convolutions, each followed by batch normalisation (Ioffe & Szegedy, 2015) and ReLU; the mean
// of every channel over all places, and one dense layer, tell the class (Lin, Chen & Yan, 2014, section 3.2).
//
//	x [N, C, H, W]   conv 5×5 without padding   conv 3×3, pad 1 …   mean over places   dense classes
//
// The last convolution of a stage is pooled 2×2 before it is normalised, which is a quarter of the work of the other order, but for the
// last stage.
type ConvNet struct {
	Blocks []*Block
	Out    *nn.Dense
	Flat   bool // the dense layer sees every place, not the mean over them
}

// A Block is one convolution with what follows it.
type Block struct {
	Conv *nn.Conv
	Pool bool
	Norm *nn.BatchNorm
}

// NewConvNet draws a network from r whose stages have convolutions of so many channels each. Two stages want images of at least 6 pixels
// each way, three of 8.
func NewConvNet(r *rand.Rand, f Format, stages ...[]int) *ConvNet {
	return newConvNet(r, f, false, stages)
}

// NewFlatNet is NewConvNet with a dense layer that sees every place of the last stage: more parameters, which learn faster.
func NewFlatNet(r *rand.Rand, f Format, stages ...[]int) *ConvNet {
	return newConvNet(r, f, true, stages)
}

func newConvNet(r *rand.Rand, f Format, flat bool, stages [][]int) *ConvNet {
	m := &ConvNet{Flat: flat}
	in, window, pad := f.Channels, 5, 0
	h, w := f.Height-4, f.Width-4
	for s, stage := range stages {
		for i, out := range stage {
			m.Blocks = append(m.Blocks, &Block{
				// The normalisation has a shift, which a bias would only double.
				Conv: nn.NewConv2D(r, in, out, window, nn.Padding(pad), nn.Weights(nn.HeNormal), nn.NoBias()),
				Pool: i == len(stage)-1 && s < len(stages)-1,
				Norm: nn.NewBatchNorm(out),
			})
			in, window, pad = out, 3, 1
		}
		if s < len(stages)-1 {
			h, w = h/2, w/2
		}
	}
	if flat {
		in *= max(0, h) * max(0, w)
	}
	m.Out = nn.NewDense(r, in, f.Classes)
	return m
}

// Forward maps images [N, channels, height, width] to logits [N, classes].
func (m *ConvNet) Forward(x *graph.Node) *graph.Node {
	for _, b := range m.Blocks {
		x = b.Forward(x)
	}
	if m.Flat {
		return m.Out.Forward(ops.Flatten(x, 1))
	}
	return m.Out.Forward(nn.GlobalAvgPool(x))
}

// Forward applies the block.
func (b *Block) Forward(x *graph.Node) *graph.Node {
	x = b.Conv.Forward(x)
	if b.Pool {
		x = nn.MaxPool(x, 2)
	}
	return ops.ReLU(b.Norm.Forward(x))
}
