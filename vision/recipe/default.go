package recipe

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/augment"
)

// Default sees every image five times, each time shifted, turned and scaled a little.
func Default() Recipe {
	return Recipe{
		Name: "default", Help: "five augmented epochs",
		Model:   func(r *rand.Rand, f vision.Format) nn.Layer { return vision.NewCNN(r, f) },
		Vary:    augment.Affine{Shift: 2, Rotate: 12, Scale: 0.08},
		Holdout: 2000, Batch: 128, Epochs: 5,
		Rate: warmedUp(4e-3), Optimizer: adam(0.85, 0.99),
	}
}
