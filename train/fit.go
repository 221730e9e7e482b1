package train

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
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
	Index     []int // which examples of Train to train on
	Validate  []int // which examples of Train to validate on, never trained on; none skips validation
	Epochs    int
	Batch     int
	Seed      uint64
	Augment   bool
	Workers   int
	MaxSteps  int // stop after so many steps, if not 0
	// Observe is told of every epoch; Step, if not nil, of every step.
	Observe func(Epoch) error
	Step    func(step, steps int, loss float64)
}

// Epoch is what Fit reports after an epoch. Losses are means in nats, accuracies shares.
type Epoch struct {
	Epoch              int     `json:"epoch"`
	Step               int     `json:"step"`
	Loss               float64 `json:"loss"`
	Accuracy           float64 `json:"accuracy"`
	ValidationLoss     float64 `json:"validation_loss,omitempty"`
	ValidationAccuracy float64 `json:"validation_accuracy,omitempty"`
	Seconds            float64 `json:"seconds"`
}

// Steps returns how many steps cfg takes, for schedules.
func (cfg Config) Steps() int {
	n := cfg.Epochs * (len(cfg.Index) / max(1, cfg.Batch))
	if cfg.MaxSteps > 0 {
		n = min(n, cfg.MaxSteps)
	}
	return n
}

// Fit trains the model. Batches that are not full are dropped. It stops early, with the error of the context, when ctx is
// done; the model is then as the last whole step left it.
func Fit(ctx context.Context, cfg Config) error {
	if cfg.Batch < 1 || cfg.Batch > len(cfg.Index) {
		return fmt.Errorf("train: a batch of %d from %d examples", cfg.Batch, len(cfg.Index))
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
		seed = mix(cfg.Seed, 1)
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
		for load.next() == cfg.Batch && done < steps {
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
			e.ValidationLoss, e.ValidationAccuracy = r.Loss, r.Accuracy
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

// An Evaluator measures a model in evaluation mode, on its parameters as they are at each Run.
type Evaluator struct {
	plan    *exec.Plan
	batch   int
	size    int
	classes int
	workers int
	x       graph.Shape
}

// Result is what an Evaluator measured.
type Result struct {
	Loss, Accuracy float64
	Confusion      [][]int // by true, then by predicted class
}

// NewEvaluator compiles a plan for batches of the given size.
func NewEvaluator(m Classifier, shape []int, batch, workers int) (*Evaluator, error) {
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float32, append([]int{batch}, shape...)...)
	logits := m.Forward(x)
	p, err := exec.Compile(g, exec.In(x), exec.Out(ops.LogSoftmax(logits, -1)), exec.Workers(workers))
	if err != nil {
		return nil, err
	}
	return &Evaluator{p, batch, graph.Of(shape...).Size(), logits.Shape().Dim(-1), workers, x.Shape()}, nil
}

// Run measures the given examples.
func (e *Evaluator) Run(data Images, index []int) (Result, error) {
	if len(index) == 0 {
		return Result{}, errors.New("train: nothing to evaluate")
	}
	r := Result{Confusion: make([][]int, e.classes)}
	for i := range r.Confusion {
		r.Confusion[i] = make([]int, e.classes)
	}
	load := newLoader(data, index, e.batch, e.size, 0, e.workers)
	for count := load.next(); count > 0; count = load.next() {
		out, err := e.plan.RunBuffers(graph.BufferOf(load.x, len(load.x)).As(e.x))
		if err != nil {
			return r, err
		}
		logp := graph.Data[float32](out[0])
		for k := range count {
			row, label := logp[k*e.classes:(k+1)*e.classes], load.y[k]
			best := 0
			for j, v := range row {
				if v > row[best] {
					best = j
				}
			}
			r.Loss -= float64(row[label])
			r.Confusion[label][best]++
			if best == int(label) {
				r.Accuracy++
			}
		}
	}
	r.Loss /= float64(len(index))
	r.Accuracy /= float64(len(index))
	return r, nil
}
