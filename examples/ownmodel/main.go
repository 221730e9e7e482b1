// Command ownmodel trains a model of one's own with all that kedja's commands have: go run ./examples/ownmodel [folder].
// Interrupt it, kill it, start it again: it goes on to the same bits. -check and -replay 600:650 verify what is on disk.
package main

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/synth"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/console"
)

func main() { console.Main("runs/ownmodel", build) }

// build makes the run anew, the same each time; where it stands is in the folder.
func build() (*train.Loop, error) {
	points, err := synth.Moons(700, 0.1, 1) // or any data.Dataset
	if err != nil {
		return nil, err
	}
	fit, held, err := data.Divide(points, 200, 1)
	if err != nil {
		return nil, err
	}
	batches, err := data.NewLoader(fit, data.Config{Batch: 50, Order: data.Shuffled{Seed: 1}})
	if err != nil {
		return nil, err
	}
	r := rand.New(rand.NewPCG(1, 0))
	model := nn.Sequential{nn.NewDense(r, 2, 16), nn.Func(ops.ReLU), nn.NewDense(r, 16, 2)} // or any struct
	rate := optim.Adjust(optim.Constant(0.02))
	return &train.Loop{
		Model: model, Loss: train.Classify(model), Optimizer: optim.NewAdam(nn.Params(model), rate.Rate), Data: batches, Epochs: 100,
		Validation:  &train.Validation{Data: held, Batch: 100, Every: 50},
		Stop:        &train.EarlyStop{Patience: 4},                     // ends with the best weights
		Recovery:    &train.Recovery{Most: 3, Rate: rate, Factor: 0.5}, // after NaN: back to the best, at half the rate
		Checkpoints: &train.Checkpoints{Every: 50}, LogEvery: 50,
	}, nil
}
