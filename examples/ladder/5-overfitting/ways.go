package main

import (
	"context"
	"math/rand/v2"
	"os"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/vision"
	"github.com/kedja-ml/kedja/vision/augment"
	"github.com/kedja-ml/kedja/vision/mnist"
)

// A way is what is done against overfitting.
type way struct {
	name    string
	decay   float64 // of weights, by rate·decay in each step
	dropout float64 // share of hidden numbers that are set to 0
	vary    bool    // whether images are shifted, turned and scaled a little, differently each time
	stop    bool    // whether training ends when the validation has become no better for five times, with the best weights
}

var ways = []way{
	{name: "nothing"},
	{name: "early stopping", stop: true},
	{name: "weight decay", decay: 2},
	{name: "dropout", dropout: 0.5},
	{name: "augmentation", vary: true},
	{name: "the last three", decay: 2, dropout: 0.5, vary: true},
}

// A Net has 669,706 weights: more than a thousand for each image.
type Net struct {
	First, Second, Out *nn.Dense
	Dropout            nn.Dropout
}

func newNet(seed uint64, dropout float64) *Net {
	r, he := rand.New(rand.NewPCG(seed, 0)), nn.Weights(nn.HeUniform)
	return &Net{nn.NewDense(r, 784, 512, he), nn.NewDense(r, 512, 512, he), nn.NewDense(r, 512, 10), nn.Dropout{P: dropout}}
}

// Forward returns the logits.
func (m *Net) Forward(x *graph.Node) *graph.Node {
	h := m.Dropout.Forward(ops.ReLU(m.First.Forward(ops.Flatten(x, 1))))
	h = m.Dropout.Forward(ops.ReLU(m.Second.Forward(h)))
	return m.Out.Forward(h)
}

// digits are 500 images to train on, 2,000 to validate on, and those to test on.
type digits struct{ fit, held, test data.Dataset }

func load() (d digits, err error) {
	all, test, err := mnist.Load()
	if err != nil {
		return d, err
	}
	_, drawn, err := data.Holdout(all.Len(), 2500, 1)
	if err != nil {
		return d, err
	}
	if d.fit, err = data.Subset(all, drawn[:500]); err != nil {
		return d, err
	}
	if d.held, err = data.Subset(all, drawn[500:]); err != nil {
		return d, err
	}
	if d.held, err = vision.Prepare(d.held, mnist.Moments(), nil); err != nil {
		return d, err
	}
	d.test, err = vision.Prepare(test, mnist.Moments(), nil)
	return d, err
}

// A result is what came of a run: losses and accuracies of the model that it ended with.
type result struct {
	fit, loss, accuracy, test, step float64
	reports                         []train.Report
}

func (r *result) add(o result, share float64) {
	r.fit, r.loss, r.accuracy = r.fit+share*o.fit, r.loss+share*o.loss, r.accuracy+share*o.accuracy
	r.test, r.step = r.test+share*o.test, r.step+share*o.step
}

const interval = 20 // steps between validations

func (d digits) train(ctx context.Context, w way, seed uint64, epochs int) (r result, err error) {
	seen, err := vision.Prepare(d.fit, mnist.Moments(), augment.Affine{Shift: 2, Rotate: 12, Scale: 0.08})
	if err != nil {
		return r, err
	}
	cfg := data.Config{Batch: 50, Order: data.Shuffled{Seed: seed}}
	if w.vary {
		cfg.Vary = seed
	}
	batches, err := data.NewLoader(seen, cfg)
	if err != nil {
		return r, err
	}
	model := newNet(seed, w.dropout)
	loop := &train.Loop{
		Model: model, Loss: train.Classify(model), Data: batches, Steps: epochs * batches.Len(), Seed: seed, LogEvery: interval,
		Optimizer:  optim.NewAdamW(nn.Params(model), optim.Constant(1e-3), w.decay),
		Validation: &train.Validation{Data: d.held, Batch: 500, Every: interval},
		OnReport:   func(rep train.Report) error { r.reports = append(r.reports, rep); return nil },
	}
	if w.stop {
		dir, err := os.MkdirTemp("", "overfitting")
		if err != nil {
			return r, err
		}
		defer os.RemoveAll(dir)
		folder, err := loop.Open(dir, checkpoint.Options{Last: 1})
		if err != nil {
			return r, err
		}
		defer folder.Close()
		loop.Checkpoints.Every, loop.Stop = interval, &train.EarlyStop{Patience: 5}
	}
	out, err := loop.Run(ctx)
	if err != nil {
		return r, err
	}
	if r.step = float64(out.Step); w.stop {
		best, err := loop.RestoreBest()
		if err != nil {
			return r, err
		}
		r.step = float64(best)
	}
	// The images as they are, without dropout.
	plain, err := vision.Prepare(d.fit, mnist.Moments(), nil)
	if err != nil {
		return r, err
	}
	for _, m := range []struct {
		set            data.Dataset
		loss, accuracy *float64
	}{{plain, &r.fit, new(float64)}, {d.held, &r.loss, &r.accuracy}, {d.test, new(float64), &r.test}} {
		v, err := train.Measure(m.set, 500, 0, loop.Loss)
		if err != nil {
			return r, err
		}
		*m.loss, *m.accuracy = v["loss"], v["accuracy"]
	}
	return r, nil
}
