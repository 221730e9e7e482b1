package train

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

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
	if m == nil || batch < 1 {
		return nil, fmt.Errorf("train: want a model and batches of at least 1, not %d", batch)
	}
	g := graph.New(graph.Evaluation)
	x := g.Input("x", graph.Float32, append([]int{batch}, shape...)...)
	logits := m.Forward(x)
	if s := logits.Shape(); logits.Valid() && (s.Rank() != 2 || s.Dim(0) != batch || s.Dim(1) < 1) {
		return nil, fmt.Errorf("train: the model gives logits %v for %d images, want [%d classes]", s, batch, batch)
	}
	p, err := exec.Compile(g, exec.In(x), exec.Out(ops.LogSoftmax(logits, -1)), exec.Workers(workers))
	if err != nil {
		return nil, err
	}
	return &Evaluator{p, batch, graph.Of(shape...).Size(), logits.Shape().Dim(-1), workers, x.Shape()}, nil
}

// Run measures the given examples, each as it is; nil stands for all.
func (e *Evaluator) Run(data Images, index []int) (Result, error) {
	if index == nil && data != nil {
		for i := range data.Len() {
			index = append(index, i)
		}
	}
	if len(index) == 0 {
		return Result{}, errors.New("train: nothing to evaluate")
	}
	if err := within(index, data); err != nil {
		return Result{}, err
	}
	r := Result{Confusion: make([][]int, e.classes)}
	for i := range r.Confusion {
		r.Confusion[i] = make([]int, e.classes)
	}
	load := newLoader(data, index, e.batch, e.size, 0, e.workers)
	for count := load.next(); count > 0; count = load.next() {
		out, err := e.plan.RunBuffers(graph.BufferOf(load.x, len(load.x)).As(e.x))
		if err != nil {
			return Result{}, err
		}
		logp := graph.Data[float32](out[0])
		for k := range count {
			row, label := logp[k*e.classes:(k+1)*e.classes], load.y[k]
			if label < 0 || int(label) >= e.classes {
				return Result{}, fmt.Errorf("train: a label of %d, want 0 to %d", label, e.classes-1)
			}
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
