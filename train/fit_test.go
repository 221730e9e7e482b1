package train

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// A net has all that a step can change: parameters, running statistics, and draws of dropout.
type net struct {
	Hidden, Out *nn.Dense
	Norm        *nn.BatchNorm
	Dropout     nn.Dropout
}

func newNet(seed uint64) *net {
	r := rand.New(rand.NewPCG(seed, 0))
	return &net{nn.NewDense(r, 6, 16), nn.NewDense(r, 16, 3), nn.NewBatchNorm(16), nn.Dropout{P: 0.1}}
}

func (m *net) Forward(x *graph.Node) *graph.Node {
	return m.Out.Forward(m.Dropout.Forward(ops.ReLU(m.Norm.Forward(m.Hidden.Forward(x)))))
}

// clusters are three noisy groups of points; a seed adds more noise.
type clusters int

func (c clusters) Len() int { return int(c) }

func (c clusters) Example(i int, seed uint64, x []float32) int32 {
	label := i % 3
	r := rand.New(rand.NewPCG(uint64(i), 7))
	for j := range x {
		x[j] = float32(0.5 * r.NormFloat64())
	}
	x[2*label] += 1
	x[2*label+1] -= 1
	if seed != 0 {
		x[0] += float32(0.2 * rand.New(rand.NewPCG(seed, 8)).NormFloat64())
	}
	return int32(label)
}

func config(m *net) Config {
	fit, check := Split(300, 60, 1)
	return Config{
		Model: m, Shape: []int{6}, Optimizer: optim.NewAdam(nn.Params(m), optim.Constant(0.02)), Train: clusters(300), Index: fit,
		Validate: check, Epochs: 8, Batch: 32, Seed: 5, Augment: true, Workers: 1,
	}
}

// state is every bit that training changes.
func state(m *net) string {
	var b bytes.Buffer
	for name, v := range nn.Vars(m) {
		fmt.Fprintf(&b, "%s %x\n", name, v.Value().Bytes())
	}
	return b.String()
}

func TestFitLearns(t *testing.T) {
	m := newNet(1)
	cfg := config(m)
	var epochs []Epoch
	var losses []float64
	cfg.Observe = func(e Epoch) error { epochs = append(epochs, e); return nil }
	cfg.Step = func(step, steps int, loss float64) {
		losses = append(losses, loss)
		if step != len(losses) || steps != cfg.Steps() {
			t.Errorf("step %d of %d, want %d of %d", step, steps, len(losses), cfg.Steps())
		}
	}
	if err := Fit(t.Context(), cfg); err != nil {
		t.Fatal(err)
	}
	if len(epochs) != 8 || len(losses) != 8*7 || cfg.Steps() != 56 { // 240 examples are 7 whole batches of 32
		t.Fatal(len(epochs), len(losses), cfg.Steps())
	}
	first, last := epochs[0], epochs[7]
	if last.Step != 56 || last.Epoch != 8 || last.Loss > first.Loss/2 || last.Accuracy < 0.9 || !last.Validated || last.ValidationAccuracy < 0.9 {
		t.Errorf("from %+v to %+v", first, last)
	}
	var mean float64
	for _, l := range losses[:7] {
		mean += l / 7
	}
	if math.Abs(mean-first.Loss) > 1e-12 {
		t.Errorf("the epoch's loss is %v, the mean of its steps %v", first.Loss, mean)
	}
	// The validation is what an evaluation of the same examples gives.
	e, err := NewEvaluator(m, cfg.Shape, 7, 2)
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.Run(cfg.Train, cfg.Validate)
	if err != nil || math.Abs(r.Loss-last.ValidationLoss) > 1e-6 || r.Accuracy != last.ValidationAccuracy {
		t.Error(r.Loss, r.Accuracy, last, err)
	}
}

func TestFitSameBits(t *testing.T) {
	run := func(workers int, seed uint64, augment bool) string {
		m := newNet(1)
		cfg := config(m)
		cfg.Workers, cfg.Seed, cfg.Augment, cfg.Epochs = workers, seed, augment, 2
		if err := Fit(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		return state(m)
	}
	want := run(1, 5, true)
	for _, workers := range []int{0, 2, 3} {
		if run(workers, 5, true) != want {
			t.Errorf("%d workers give other bits", workers)
		}
	}
	if run(1, 6, true) == want {
		t.Error("another seed gives the same bits")
	}
	if run(1, 5, false) == want {
		t.Error("augmentation changes nothing")
	}
}

// Cancelling leaves what the same number of steps gives, wherever it falls.
func TestFitInterrupted(t *testing.T) {
	for _, after := range []int{0, 1, 7, 10} { // at the start, within an epoch, at the end of one
		m := newNet(1)
		cfg := config(m)
		ctx, cancel := context.WithCancel(t.Context())
		steps := 0
		cfg.Step = func(step, _ int, _ float64) {
			if steps = step; step == after {
				cancel()
			}
		}
		if after == 0 {
			cancel()
		}
		if err := Fit(ctx, cfg); !errors.Is(err, context.Canceled) || steps != after {
			t.Fatal(after, steps, err)
		}
		cancel()
		want := newNet(1)
		cfg = config(want)
		if cfg.MaxSteps = after; after == 0 {
			cfg.Epochs = 0
		}
		if err := Fit(t.Context(), cfg); err != nil {
			t.Fatal(err)
		}
		if state(m) != state(want) {
			t.Errorf("interrupted after %d steps: the model is not as %d steps leave it", after, after)
		}
	}
}

func TestMaxSteps(t *testing.T) {
	cfg := config(newNet(1))
	cfg.MaxSteps = 10
	var steps []int
	cfg.Observe = func(e Epoch) error { steps = append(steps, e.Step); return nil }
	if err := Fit(t.Context(), cfg); err != nil || fmt.Sprint(steps) != "[7 10]" || cfg.Steps() != 10 {
		t.Error(steps, cfg.Steps(), err)
	}
}

func TestObserveStops(t *testing.T) {
	cfg := config(newNet(1))
	want := errors.New("the disk is full")
	cfg.Observe = func(Epoch) error { return want }
	if err := Fit(t.Context(), cfg); err != want {
		t.Error(err)
	}
}

// wrongLabels have a class that the model does not.
type wrongLabels struct{ clusters }

func (w wrongLabels) Example(i int, seed uint64, x []float32) int32 {
	return w.clusters.Example(i, seed, x) + 1
}

// tall gives logits that are no matrix.
type tall struct{}

func (tall) Forward(x *graph.Node) *graph.Node { return ops.Reshape(x, x.Shape().Dim(0), 2, 3) }

func TestFitRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*Config){
		"train: a batch of 241 from 240 examples":                       func(c *Config) { c.Batch = 241 },
		"train: a batch of 0 from 240 examples":                         func(c *Config) { c.Batch = 0 },
		"train: a batch of 32 from 0 examples":                          func(c *Config) { c.Index = []int{} },
		"train: want a model, an optimizer and examples":                func(c *Config) { c.Model = nil },
		"train: example 300 of 300":                                     func(c *Config) { c.Index = append(c.Index, 300) },
		"train: example -1 of 300":                                      func(c *Config) { c.Validate = []int{-1} },
		"train: -1 epochs and at most 0 steps, want no negative number": func(c *Config) { c.Epochs = -1 },
		"train: 8 epochs and at most -1 steps, want no negative number": func(c *Config) { c.MaxSteps = -1 },
		"inner dimensions 5 and 6 differ":                               func(c *Config) { c.Shape = []int{5} },
		"step 1: ":                                                      func(c *Config) { c.Train = wrongLabels{300} },
		"train: a label of 3, want 0 to 2":                              func(c *Config) { c.Train, c.Epochs, c.Validate = lateFault{300}, 1, []int{299} },
	} {
		m := newNet(1)
		before := state(m)
		cfg := config(m)
		spoil(&cfg)
		err := Fit(t.Context(), cfg)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, want)
		}
		if !strings.Contains(want, "label") && state(m) != before {
			t.Errorf("%q changed the model", want)
		}
	}
}

// No index stands for all examples that are not held out, and in evaluation for all.
func TestFitAll(t *testing.T) {
	cfg := config(newNet(1))
	cfg.Index = nil
	if n := cfg.Steps(); n != 8*(240/32) {
		t.Errorf("%d steps", n)
	}
	all := newNet(1)
	cfg.Model, cfg.Optimizer = all, optim.NewAdam(nn.Params(all), optim.Constant(0.02))
	listed := newNet(1)
	same := cfg
	same.Model, same.Optimizer = listed, optim.NewAdam(nn.Params(listed), optim.Constant(0.02))
	for i := range 300 {
		if !slices.Contains(cfg.Validate, i) {
			same.Index = append(same.Index, i)
		}
	}
	for _, c := range []Config{cfg, same} {
		if err := Fit(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	if state(all) != state(listed) {
		t.Error("no index is not all the rest")
	}
	e, err := NewEvaluator(all, []int{6}, 40, 1)
	if err != nil {
		t.Fatal(err)
	}
	r, err := e.Run(clusters(100), nil)
	right, n := 0, 0
	for i, row := range r.Confusion {
		for j, k := range row {
			if n += k; i == j {
				right += k
			}
		}
	}
	if err != nil || n != 100 || r.Accuracy != float64(right)/100 {
		t.Error(r, err)
	}
}

// lateFault has a wrong label in an example that is not trained on.
type lateFault struct{ clusters }

func (l lateFault) Example(i int, seed uint64, x []float32) int32 {
	y := l.clusters.Example(i, seed, x)
	if seed == 0 {
		y = 3
	}
	return y
}

func TestSplit(t *testing.T) {
	for _, n := range []int{0, 1, 10, 1000} {
		for _, second := range []int{-1, 0, 1, n / 3, n, n + 5} {
			a, b := Split(n, second, 3)
			if len(b) != max(0, min(n, second)) || len(a)+len(b) != n {
				t.Fatal(n, second, len(a), len(b))
			}
			seen := make([]bool, n)
			for _, i := range append(append([]int{}, a...), b...) {
				if seen[i] {
					t.Fatal("twice", i)
				}
				seen[i] = true
			}
		}
	}
	if a, b := Split(-3, 2, 1); len(a)+len(b) != 0 {
		t.Error("examples came of nothing")
	}
	_, b := Split(100, 50, 1)
	_, same := Split(100, 50, 1)
	_, other := Split(100, 50, 2)
	if fmt.Sprint(b) != fmt.Sprint(same) || fmt.Sprint(b) == fmt.Sprint(other) {
		t.Error("a split is by its seed")
	}
}

// recorder notes what is asked for, by example.
type recorder struct {
	seeds []uint64
	calls []atomic.Int32
}

func (r *recorder) Len() int { return len(r.seeds) }

func (r *recorder) Example(i int, seed uint64, x []float32) int32 {
	r.seeds[i] = seed
	r.calls[i].Add(1)
	x[0] = float32(i)
	return int32(i)
}

func newRecorder(n int) *recorder { return &recorder{make([]uint64, n), make([]atomic.Int32, n)} }

// The order depends on the seed and the epoch alone, not on the epochs before; the augmentation on the example too.
func TestLoader(t *testing.T) {
	index := make([]int, 50)
	for i := range index {
		index[i] = i
	}
	epoch := func(l *loader, seed, epoch uint64) (order []int32) {
		l.shuffle(seed, epoch)
		for l.next() == len(l.y) {
			order = append(order, l.y...)
			for k, y := range l.y {
				if l.x[k] != float32(y) {
					t.Fatal("label and image are of two examples")
				}
			}
		}
		return order
	}
	r1, r2 := newRecorder(50), newRecorder(50)
	a, b := newLoader(r1, index, 16, 1, 9, 1), newLoader(r2, index, 16, 1, 9, 3)
	zero := epoch(a, 4, 0)
	first := append([]uint64(nil), r1.seeds...)
	one := epoch(a, 4, 1)
	if len(zero) != 48 || fmt.Sprint(zero) == fmt.Sprint(one) {
		t.Error("epochs have one order", zero, one)
	}
	if got := epoch(b, 4, 1); fmt.Sprint(got) != fmt.Sprint(one) {
		t.Error("epoch 1 depends on what came before it", got, one)
	}
	if got := epoch(newLoader(r2, index, 16, 1, 9, 2), 5, 1); fmt.Sprint(got) == fmt.Sprint(one) {
		t.Error("the order does not depend on the seed")
	}
	seen := map[uint64]bool{}
	for i, s := range first {
		if s == r1.seeds[i] && s != 0 || seen[s] && s != 0 {
			t.Error("a seed of augmentation comes twice", i, s)
		}
		seen[s] = true
	}
}

func TestLoaderOfFewerThanABatch(t *testing.T) {
	r := newRecorder(10)
	l := newLoader(r, []int{7, 2, 5}, 8, 1, 0, 2)
	if n := l.next(); n != 3 || fmt.Sprint(l.y) != "[7 2 5 7 2 5 7 2]" {
		t.Error(n, l.y)
	}
	if n := l.next(); n != 0 {
		t.Error(n, "examples after the last")
	}
	l = newLoader(r, []int{7, 2, 5}, 2, 1, 0, 1)
	if n := l.next(); n != 2 || l.next() != 1 || fmt.Sprint(l.y) != "[5 7]" || l.next() != 0 {
		t.Error(l.y)
	}
	for i, s := range r.seeds {
		if s != 0 {
			t.Error("an example is varied in evaluation", i, s)
		}
	}
}

// biased always reads class 1 of 3.
type biased struct{}

func (biased) Forward(x *graph.Node) *graph.Node {
	row := x.Graph().Constant(graph.BufferOf([]float32{0, 2, 0}, 1, 3))
	return ops.Add(ops.Scale(0, ops.Slice(x, 1, 0, 3)), row)
}

// Whatever the batch, each example counts once.
func TestEvaluator(t *testing.T) {
	want := math.Log(2+math.Exp(2)) - 2.0/3 // of classes 0, 1, 2 in equal shares
	for _, batch := range []int{1, 4, 9, 10} {
		e, err := NewEvaluator(biased{}, []int{6}, batch, 1)
		if err != nil {
			t.Fatal(err)
		}
		r, err := e.Run(clusters(9), []int{0, 1, 2, 3, 4, 5, 6, 7, 8})
		if err != nil || math.Abs(r.Loss-want) > 1e-6 || r.Accuracy != 3.0/9 || fmt.Sprint(r.Confusion) != "[[0 3 0] [0 3 0] [0 3 0]]" {
			t.Error(batch, r, want, err)
		}
	}
	e, err := NewEvaluator(biased{}, []int{6}, 4, 1)
	if err != nil {
		t.Fatal(err)
	}
	for want, run := range map[string]func() error{
		"train: nothing to evaluate":       func() error { _, err := e.Run(clusters(9), []int{}); return err },
		"train: want examples":             func() error { _, err := e.Run(nil, []int{0}); return err },
		"train: example 9 of 9":            func() error { _, err := e.Run(clusters(9), []int{9}); return err },
		"train: a label of 3, want 0 to 2": func() error { _, err := e.Run(wrongLabels{9}, []int{2}); return err },
		"train: the model gives logits [4 2 3] for 4 images, want [4 classes]": func() error {
			_, err := NewEvaluator(tall{}, []int{6}, 4, 1)
			return err
		},
		"train: want a model and batches of at least 1, not 0": func() error { _, err := NewEvaluator(biased{}, []int{6}, 0, 1); return err },
	} {
		if err := run(); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// A validation that measured 0 is written; one that was not done is not.
func TestEpochJSON(t *testing.T) {
	for want, e := range map[string]Epoch{
		`{"epoch":1,"step":7,"loss":0.5,"accuracy":0,"seconds":2}`:                                               {Epoch: 1, Step: 7, Loss: 0.5, Seconds: 2},
		`{"epoch":1,"step":7,"loss":0,"accuracy":0,"validation_loss":0,"validation_accuracy":0.5,"seconds":2.5}`: {Epoch: 1, Step: 7, Validated: true, ValidationAccuracy: 0.5, Seconds: 2.5},
	} {
		if got, err := json.Marshal(e); err != nil || string(got) != want {
			t.Errorf("%s %v, want %s", got, err, want)
		}
	}
}
