package main

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
)

const (
	patch  = 7
	width  = 64
	heads  = 4
	hidden = 128
	depth  = 4
)

// A ViT reads an image as a sequence of patches, behind a class token from whose place the answer is read (Dosovitskiy et al., An
// image is worth 16×16 words, 2021, section 3.1).
type ViT struct {
	Patches *nn.Conv
	Class   *graph.Param // [1, 1, width]
	Places  *nn.Positions
	Blocks  []*nn.TransformerBlock
	Norm    *nn.LayerNorm
	Head    *nn.Dense
}

// NewViT draws a model for images [N, 1, 28, 28] of ten classes.
func NewViT(r *rand.Rand) *ViT {
	small := nn.Weights(nn.Normal(0.02))
	m := &ViT{
		Patches: nn.NewConv2D(r, 1, width, patch, nn.Stride(patch)),
		Class:   graph.NewParam("Class", graph.NewBuffer(graph.T(graph.Float32, 1, 1, width))),
		Places:  nn.NewPositions(r, 1+(28/patch)*(28/patch), width, small),
		Norm:    nn.NewLayerNorm(width),
		Head:    nn.NewDense(r, width, 10),
	}
	for range depth {
		m.Blocks = append(m.Blocks, nn.NewTransformerBlock(r, width, heads, hidden))
	}
	return m
}

// Forward maps images [N, 1, 28, 28] to logits [N, 10].
func (m *ViT) Forward(x *graph.Node) *graph.Node {
	n := x.Shape().Dim(0)
	x = ops.SwapAxes(ops.Flatten(m.Patches.Forward(x), 2), 1, 2) // [N, width, 4, 4] → [N, 16, width]
	x = ops.Concat(1, ops.Expand(x.Graph().Use(m.Class), n, 1, width), x)
	x = m.Places.Forward(x)
	for _, b := range m.Blocks {
		x = b.Forward(x)
	}
	return m.Head.Forward(m.Norm.Forward(ops.At(x, 1, 0)))
}

// Training is AdamW on batches of 128, with a short warm-up and then a cosine.
func (m *ViT) Training(images data.Dataset, seed uint64, epochs int) (*train.Loop, error) {
	batches, err := data.NewLoader(images, data.Config{Batch: 128, Order: data.Shuffled{Seed: seed}})
	if err != nil {
		return nil, err
	}
	n := epochs * batches.Len()
	adam := optim.NewAdamW(nn.Params(m), optim.WarmUp(n/20, optim.Cosine(2e-3, 0, n-n/20)), 0.05)
	return &train.Loop{Model: m, Loss: train.Classify(m), Optimizer: adam, Data: batches, Steps: n, Seed: seed}, nil
}
