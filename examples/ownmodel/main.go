// Command ownmodel trains a model of one's own with all that kedja's commands have. Interrupt it, kill it, start it again: it goes on.
//
//	go run ./examples/ownmodel [folder]
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/data/synth"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/plots"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	if err := run(ctx, append(os.Args[1:], "runs/ownmodel")[0]); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, dir string) (err error) {
	points, err := synth.Moons(500, 0.1, 1)
	if err != nil {
		return err
	}
	others, err := synth.Moons(200, 0.1, 2)
	if err != nil {
		return err
	}
	batches, err := data.NewLoader(points, data.Config{Batch: 50, Order: data.Shuffled{Seed: 1}})
	if err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(1, 0))
	model := nn.Sequential{nn.NewDense(r, 2, 16), nn.Func(ops.ReLU), nn.NewDense(r, 16, 2)}
	rate := optim.Adjust(optim.Constant(0.02))
	loop := &train.Loop{
		Model: model, Loss: train.Classify(model), Optimizer: optim.NewAdam(nn.Params(model), rate.Rate), Data: batches, Steps: 1000,
		Validation:  &train.Validation{Data: others, Batch: 100, Every: 50},
		Stop:        &train.EarlyStop{Patience: 4},
		Recovery:    &train.Recovery{Most: 3, Rate: rate, Factor: 0.5},
		Checkpoints: &train.Checkpoints{Every: 50},
	}
	folder, err := loop.Open(dir, checkpoint.Options{Last: 3})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, folder.Close()) }()
	out, err := loop.Continue(ctx)
	if err != nil {
		return err
	}
	if _, err := loop.RestoreBest(); err != nil {
		return err
	}
	reports, err := plots.ReadLog(filepath.Join(dir, train.LogFile))
	if err != nil {
		return err
	}
	fmt.Printf("step %d, best loss %.4f at step %d\n", out.Step, out.Best, out.BestAt)
	return errors.Join(plots.WriteFile(filepath.Join(dir, "curves.png"), plots.Curves("loss", false, reports)),
		train.Save(filepath.Join(dir, "weights.safetensors"), model))
}
