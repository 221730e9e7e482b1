package train_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/synth"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
)

func ExampleLoop() {
	dir, err := os.MkdirTemp("", "moons")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	points, _ := synth.Moons(500, 0.1, 1)
	others, _ := synth.Moons(200, 0.1, 2)
	batches, err := data.NewLoader(points, data.Config{Batch: 50, Order: data.Shuffled{Seed: 1}})
	if err != nil {
		fmt.Println(err)
		return
	}
	store, err := checkpoint.Open(filepath.Join(dir, "checkpoints"), checkpoint.Options{Last: 3})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer store.Close()
	r := rand.New(rand.NewPCG(1, 0))
	model := nn.Sequential{nn.NewDense(r, 2, 16), nn.Func(ops.ReLU), nn.NewDense(r, 16, 2)}
	loop := &train.Loop{
		Model: model,
		Loss: func(batch []*graph.Node) train.Outputs {
			logits := model.Forward(batch[0])
			return train.Outputs{
				Loss:    nn.CrossEntropy(logits, batch[1]),
				Metrics: []train.Metric{{Name: "accuracy", Value: nn.Accuracy(logits, batch[1])}},
			}
		},
		Optimizer:   optim.NewAdam(nn.Params(model), optim.Constant(0.02)),
		Data:        batches,
		Steps:       200,
		Validation:  &train.Validation{Data: others, Batch: 100, Every: 50},
		Checkpoints: &train.Checkpoints{Store: store, Every: 50},
	}
	out, err := loop.Run(context.Background())
	if err != nil {
		fmt.Println(err)
		return
	}
	steps, err := store.Steps()
	fmt.Println(out.Step, out.Last["accuracy"] > 0.97, steps, err)
	// Output: 200 true [100 150 200] <nil>
}
