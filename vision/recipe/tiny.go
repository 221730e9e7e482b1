package recipe

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/vision"
)

// Tiny trains five convolutions of few channels, with 19,882 parameters in all, on images that are never twice the same.
func Tiny() Recipe {
	return Recipe{
		Name: "tiny", Help: "eight epochs, with fewer than 20,000 parameters",
		Model: func(r *rand.Rand, f vision.Format) nn.Layer {
			return vision.NewConvNet(r, f, []int{16}, []int{24, 24}, []int{24, 24})
		},
		Vary:    handwriting,
		Holdout: 1000, Batch: 128, Epochs: 8,
		Rate: warmedUp(1e-2), Optimizer: adamW(0.9, 0.99, 0.02),
	}
}
