package recipe

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/augment"
)

// Images lists the recipes for images of any kind, the default first. They hold out a tenth of the images.
func Images() []Recipe { return []Recipe{varied(), plain()} }

// varied sees every image ten times, each time shifted, turned and scaled a little.
func varied() Recipe {
	return Recipe{
		Name: "default", Help: "ten augmented epochs",
		Model: func(r *rand.Rand, f vision.Format) nn.Layer { return vision.NewCNN(r, f) },
		Vary:  augment.Affine{Shift: 2, Rotate: 10, Scale: 0.1},
		Batch: 64, Epochs: 10,
		Rate: warmedUp(2e-3), Optimizer: adam(0.9, 0.99),
	}
}

// plain takes the images as they are, where a shifted or turned one would be another thing.
func plain() Recipe {
	r := varied()
	r.Name, r.Help, r.Vary = "plain", "ten epochs of the images as they are", nil
	return r
}
