package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/graph/dot"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/mnist"
)

type trainMNIST struct {
	Recipe   string `default:"default" help:"default: three augmented epochs; fast: a third of the time, for 0.2 % of the accuracy."`
	Epochs   int    `help:"Passes over the training images; the recipe's own number if 0." default:"0"`
	Seed     uint64 `default:"1" help:"Of weights, order, augmentation and dropout."`
	Workers  int    `default:"0" help:"Cores to use; all if 0. The result does not depend on it."`
	Out      string `default:"runs/mnist" type:"path" help:"Folder for weights, metrics and pictures."`
	Holdout  int    `default:"0" help:"Training images kept apart for the validation curve; the recipe's own number if 0."`
	MaxSteps int    `default:"0" hidden:"" help:"Stop after so many steps."`
}

// A recipe is how the CNN is trained. It was tuned on held-out training images, never on the test images.
type recipe struct {
	epochs, batch, holdout int
	steps                  int // at most, if not 0
	rate, beta1, beta2     float64
	dropout                float64
	augment                bool
}

var recipes = map[string]recipe{
	"default": {epochs: 3, batch: 128, holdout: 2000, rate: 4e-3, beta1: 0.85, beta2: 0.99, dropout: 0.2, augment: true},
	"fast":    {epochs: 2, batch: 96, holdout: 1000, steps: 800, rate: 5e-3, beta1: 0.85, beta2: 0.97},
}

// Run trains from the seed's random weights. An interrupted run leaves whole lines of metrics and the weights of its last step.
func (c *trainMNIST) Run(ctx context.Context, to streams) error {
	start := time.Now()
	r, known := recipes[c.Recipe]
	if !known {
		names := slices.Sorted(maps.Keys(recipes))
		return fmt.Errorf("train mnist: there is no recipe %q, did you mean %q? There are %s", c.Recipe, nearest(c.Recipe, names), strings.Join(names, " and "))
	}
	if c.Epochs != 0 {
		r.epochs, r.steps = c.Epochs, 0
	}
	if c.MaxSteps != 0 {
		r.steps = c.MaxSteps
	}
	if c.Holdout != 0 {
		r.holdout = c.Holdout
	}
	if r.epochs < 1 || r.holdout < 0 || r.holdout > 50_000 || c.Workers < 0 || c.MaxSteps < 0 {
		return errors.New("train mnist: want at least one epoch, at most 50000 images held out and no negative numbers")
	}
	if c.Workers == 0 {
		c.Workers = runtime.GOMAXPROCS(0)
	}
	if err := newFolder(c.Out, "metrics.jsonl", "weights.safetensors", "curves.png", "confusion.png", "filters.png"); err != nil {
		return fmt.Errorf("train mnist: %w", err)
	}
	fit, test, err := mnist.Load()
	if err != nil {
		return err
	}
	log, err := train.NewLog(filepath.Join(c.Out, "metrics.jsonl"))
	if err != nil {
		return err
	}
	defer log.Close()

	digits := vision.NewDigits(fit)
	model := vision.NewCNN(rand.New(rand.NewPCG(c.Seed, 0)))
	model.Dropout.P = r.dropout
	cfg := train.Config{
		Model: model, Shape: []int{1, 28, 28}, Train: digits, Epochs: r.epochs, Batch: r.batch, Seed: c.Seed,
		Augment: r.augment, Workers: c.Workers, MaxSteps: r.steps,
	}
	cfg.Index, cfg.Validate = train.Split(digits.Len(), r.holdout, 1)
	steps := cfg.Steps()
	adam := optim.NewAdam(nn.Params(model), optim.WarmUp(steps/5, optim.Cosine(r.rate, r.rate/1000, steps-steps/5)))
	adam.Beta1, adam.Beta2 = r.beta1, r.beta2
	cfg.Optimizer = adam

	bar := newBar(to, steps, "training")
	done := 0
	cfg.Step = func(int, int, float64) {
		done++
		_ = bar.Add(1)
	}
	var epochs []train.Epoch
	cfg.Observe = func(e train.Epoch) error {
		epochs = append(epochs, e)
		_ = bar.Clear()
		fmt.Fprintf(to.out, "epoch %d  loss %.4f  accuracy %.4f  validation loss %.4f  accuracy %.4f  %.1f s\n",
			e.Epoch, e.Loss, e.Accuracy, e.ValidationLoss, e.ValidationAccuracy, e.Seconds)
		return log.Write(e)
	}
	if err := train.Fit(ctx, cfg); err != nil {
		_ = bar.Clear()
		if errors.Is(err, context.Canceled) {
			err = interrupted(c.Out, model, done, steps)
		}
		return err
	}
	_ = bar.Finish()
	result, err := c.report(model, test, epochs)
	if err != nil {
		return err
	}
	if err := log.Write(map[string]any{"test_accuracy": result.Accuracy, "test_loss": result.Loss, "seed": c.Seed, "seconds": time.Since(start).Seconds()}); err != nil {
		return err
	}
	fmt.Fprintf(to.out, "wrote weights.safetensors, metrics.jsonl, curves.png, confusion.png and filters.png to %s in %.1f s\n",
		c.Out, time.Since(start).Seconds())
	fmt.Fprintf(to.out, "test accuracy %.4f\n", result.Accuracy)
	return nil
}

// report measures the model as the last step left it, and writes the files.
func (c *trainMNIST) report(model *vision.CNN, test *mnist.Set, epochs []train.Epoch) (train.Result, error) {
	eval, err := train.NewEvaluator(model, []int{1, 28, 28}, 500, c.Workers)
	if err != nil {
		return train.Result{}, err
	}
	digits := vision.NewDigits(test)
	all, _ := train.Split(digits.Len(), 0, 1)
	result, err := eval.Run(digits, all)
	if err != nil {
		return result, err
	}
	if err := train.Save(filepath.Join(c.Out, "weights.safetensors"), model); err != nil {
		return result, err
	}
	w := model.Conv1.W.Value()
	if err := drawFilters(filepath.Join(c.Out, "filters.png"), graph.Data[float32](w), w.Type.Shape.Dim(0), w.Type.Shape.Dim(3)); err != nil {
		return result, err
	}
	if err := drawConfusion(filepath.Join(c.Out, "confusion.png"), result.Confusion); err != nil {
		return result, err
	}
	return result, drawCurves(filepath.Join(c.Out, "curves.png"), epochs)
}

type graphMNIST struct {
	Dot   bool `help:"Print DOT instead of text."`
	Train bool `help:"The training step, with gradients and updates, instead of the forward pass."`
	Batch int  `default:"128" help:"Images at once."`
}

// Run prints the graph as it is traced.
func (c *graphMNIST) Run(to streams) error {
	if c.Batch < 1 {
		return fmt.Errorf("graph mnist: want a batch of at least 1, not %d", c.Batch)
	}
	model := vision.NewCNN(rand.New(rand.NewPCG(1, 0)))
	mode := graph.Evaluation
	if c.Train {
		mode = graph.Training
	}
	g := graph.New(mode)
	logits := model.Forward(g.Input("x", graph.Float32, c.Batch, 1, 28, 28))
	for name, p := range nn.Params(model) { // so that they print by name
		p.SetName(name)
	}
	if c.Train {
		loss := nn.CrossEntropy(logits, g.Input("labels", graph.Int32, c.Batch))
		optim.NewAdam(nn.Params(model), optim.Constant(1e-3)).Minimize(loss)
	}
	if err := g.Err(); err != nil {
		return err
	}
	text := g.String()
	if c.Dot {
		text = dot.Of(g)
	}
	_, err := io.WriteString(to.out, text)
	return err
}
