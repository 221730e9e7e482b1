package train

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/mix"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
)

// A Classifier maps images [N, …] to logits [N, classes].
type Classifier interface {
	Forward(x *graph.Node) *graph.Node
}

// Config says how Fit trains.
type Config struct {
	Model     Classifier
	Shape     []int // of one example
	Optimizer optim.Optimizer
	Train     Images
	Index     []int // which examples of Train to train on; nil for all that Validate does not name
	Validate  []int // which examples of Train to validate on, never trained on; none skips validation
	Epochs    int
	Batch     int
	Seed      uint64
	Augment   bool
	Workers   int // cores to use at most, all if 0; the result does not depend on it
	MaxSteps  int // stop after so many steps, if not 0
	// Observe is told of every epoch; Step, if not nil, of every step.
	Observe func(Epoch) error
	Step    func(step, steps int, loss float64)
}

// Epoch is what Fit reports after an epoch. Losses are means in nats, accuracies shares.
type Epoch struct {
	Epoch              int
	Step               int // done since the start of training
	Loss               float64
	Accuracy           float64
	Validated          bool // whether the next two were measured
	ValidationLoss     float64
	ValidationAccuracy float64
	Seconds            float64
}

// MarshalJSON leaves out the validation if there was none. One that measured 0 is written as 0.
func (e Epoch) MarshalJSON() ([]byte, error) {
	type validation struct {
		Loss     float64 `json:"validation_loss"`
		Accuracy float64 `json:"validation_accuracy"`
	}
	line := struct {
		Epoch    int     `json:"epoch"`
		Step     int     `json:"step"`
		Loss     float64 `json:"loss"`
		Accuracy float64 `json:"accuracy"`
		*validation
		Seconds float64 `json:"seconds"`
	}{Epoch: e.Epoch, Step: e.Step, Loss: e.Loss, Accuracy: e.Accuracy, Seconds: e.Seconds}
	if e.Validated {
		line.validation = &validation{e.ValidationLoss, e.ValidationAccuracy}
	}
	return json.Marshal(line)
}

// Steps returns how many steps cfg takes, for schedules.
func (cfg Config) Steps() int {
	n := cfg.Epochs * (len(cfg.index()) / max(1, cfg.Batch))
	if cfg.MaxSteps > 0 {
		n = min(n, cfg.MaxSteps)
	}
	return n
}

// index is Index, or what nil stands for.
func (cfg Config) index() []int {
	if cfg.Index != nil || cfg.Train == nil {
		return cfg.Index
	}
	held := make([]bool, cfg.Train.Len())
	for _, i := range cfg.Validate {
		if i >= 0 && i < len(held) {
			held[i] = true
		}
	}
	var rest []int
	for i, h := range held {
		if !h {
			rest = append(rest, i)
		}
	}
	return rest
}

// check looks at what would otherwise fail far from its cause.
func (cfg Config) check() error {
	switch {
	case cfg.Model == nil || cfg.Optimizer == nil || cfg.Train == nil:
		return errors.New("train: want a model, an optimizer and examples")
	case cfg.Batch < 1 || cfg.Batch > len(cfg.Index):
		return fmt.Errorf("train: a batch of %d from %d examples", cfg.Batch, len(cfg.Index))
	case cfg.Epochs < 0 || cfg.MaxSteps < 0:
		return fmt.Errorf("train: %d epochs and at most %d steps, want no negative number", cfg.Epochs, cfg.MaxSteps)
	}
	if err := within(cfg.Index, cfg.Train); err != nil {
		return err
	}
	return within(cfg.Validate, cfg.Train)
}

// within reports an index that has no example.
func within(index []int, data Images) error {
	if data == nil {
		return errors.New("train: want examples")
	}
	n := data.Len()
	for _, i := range index {
		if i < 0 || i >= n {
			return fmt.Errorf("train: example %d of %d", i, n)
		}
	}
	return nil
}

// Fit trains the model. Batches that are not full are dropped. It stops early, with the error of the context, when ctx is
// done; the model is then as the last whole step left it.
func Fit(ctx context.Context, cfg Config) error {
	cfg.Index = cfg.index()
	if err := cfg.check(); err != nil {
		return err
	}
	g := graph.New(graph.Training)
	g.SetRNG(graph.NewRNG(cfg.Seed))
	x := g.Input("x", graph.Float32, append([]int{cfg.Batch}, cfg.Shape...)...)
	y := g.Input("y", graph.Int32, cfg.Batch)
	logits := cfg.Model.Forward(x)
	loss, accuracy := nn.CrossEntropy(logits, y), nn.Accuracy(logits, y)
	cfg.Optimizer.Minimize(loss)
	step, err := exec.Compile(g, exec.In(x, y), exec.Out(loss, accuracy), exec.Workers(cfg.Workers))
	if err != nil {
		return err
	}
	seed := uint64(0)
	if cfg.Augment {
		seed = mix.Seed(cfg.Seed, 1)
	}
	load := newLoader(cfg.Train, cfg.Index, cfg.Batch, graph.Of(cfg.Shape...).Size(), seed, cfg.Workers)
	in := []graph.Buffer{graph.BufferOf(load.x, len(load.x)).As(x.Shape()), graph.BufferOf(load.y, len(load.y))}
	var check *Evaluator
	if len(cfg.Validate) > 0 {
		if check, err = NewEvaluator(cfg.Model, cfg.Shape, 500, cfg.Workers); err != nil {
			return err
		}
	}
	start, done, steps := time.Now(), 0, cfg.Steps()
	for epoch := range cfg.Epochs {
		load.shuffle(cfg.Seed, uint64(epoch))
		var sum, right float64
		n := 0
		for done < steps && load.next() == cfg.Batch {
			if err := ctx.Err(); err != nil {
				return err
			}
			out, err := step.RunBuffers(in...)
			if err != nil {
				return fmt.Errorf("step %d: %w", done+1, err)
			}
			l := float64(graph.Data[float32](out[0])[0])
			sum, right = sum+l, right+float64(graph.Data[float32](out[1])[0])
			n, done = n+1, done+1
			if cfg.Step != nil {
				cfg.Step(done, steps, l)
			}
		}
		if n == 0 {
			break
		}
		e := Epoch{Epoch: epoch + 1, Step: done, Loss: sum / float64(n), Accuracy: right / float64(n)}
		if check != nil {
			r, err := check.Run(cfg.Train, cfg.Validate)
			if err != nil {
				return err
			}
			e.Validated, e.ValidationLoss, e.ValidationAccuracy = true, r.Loss, r.Accuracy
		}
		e.Seconds = time.Since(start).Seconds()
		if cfg.Observe != nil {
			if err := cfg.Observe(e); err != nil {
				return err
			}
		}
	}
	return nil
}
