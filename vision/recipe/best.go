package recipe

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/vision"
)

// Best is as Tiny, with more channels and for longer, with smoothed labels, and with images that vary half as much in its last epochs, so that
// they are more like those it will read.
func Best() Recipe {
	return Recipe{
		Name: "best", Help: "sixteen epochs, for half of the errors",
		Model: func(r *rand.Rand, f vision.Format) nn.Layer {
			return vision.NewConvNet(r, f, []int{32}, []int{64, 64}, []int{96, 96, 96})
		},
		Loss:    smoothed(0.1),
		Vary:    handwriting,
		Settle:  handwritten(0.5),
		Holdout: 1000, Batch: 128, Epochs: 16, Settling: 4, Rounding: graph.Loose,
		Rate: warmedUp(5e-3), Optimizer: muon(6, 0.05),
		Views: nearby(),
	}
}
