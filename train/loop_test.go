package train_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/train"
)

func TestLoopLearns(t *testing.T) {
	var reports []train.Report
	s := newSetup(t, t.TempDir(), func(s *setup) {
		s.Steps = 100
		s.OnReport = func(r train.Report) error { reports = append(reports, r); return nil }
	})
	steps := 0
	s.OnStep = func(st train.Step) error {
		if steps++; st.Step != steps || st.Epoch != (steps-1)/7 || st.EpochEnd != (steps%7 == 0) { // 240 examples are 7 batches of 32
			t.Errorf("%+v at step %d", st, steps)
		}
		return nil
	}
	out, err := s.Run(t.Context())
	if err != nil || out.Step != 100 || steps != 100 || out.Last["accuracy"] < 0.9 || out.Last["loss"] > 0.4 {
		t.Fatalf("%+v, %v", out, err)
	}
	if first, last := reports[0], reports[len(reports)-1]; last.Train["loss"] > first.Train["loss"]/2 || last.Step != 100 {
		t.Errorf("from %+v to %+v", first, last)
	}
}

func TestLoopSameBitsForAnyWorkersAndPrefetching(t *testing.T) {
	want := whole(t, nil)
	for workers, ahead := range map[int]int{0: 1, 2: 0, 3: 4} {
		got := whole(t, func(s *setup) {
			s.Workers = workers
			s.Data, _ = data.NewLoader(clusters(240), data.Config{Batch: 32, Order: data.Shuffled{Seed: 3}, Vary: 9, Prefetch: ahead, Workers: workers})
		})
		if got != want {
			t.Errorf("%d workers, %d batches ahead: other bits", workers, ahead)
		}
	}
	if whole(t, func(s *setup) { s.Seed++ }) == want {
		t.Error("another seed gives the same bits")
	}
}

var errKilled = errors.New("killed")

// A run that dies after any step, without a word, and is resumed leaves the bytes of one that did not: dying is an error of a callback
// here, after which nothing is written.
func TestLoopDiesAndResumesAtEveryStep(t *testing.T) {
	want := whole(t, nil)
	for at := 1; at < 45; at++ {
		dir := t.TempDir()
		s := newSetup(t, dir, nil)
		s.OnStep = func(st train.Step) error {
			if st.Step == at {
				return errKilled
			}
			return nil
		}
		if _, err := s.Run(t.Context()); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		_ = s.Log.Write("a line that nobody counts on")
		s.close()
		s = newSetup(t, dir, nil)
		if out, err := s.Resume(t.Context()); err != nil || out.Step != 45 {
			t.Fatal(at, out, err)
		}
		if got := s.bits(t); got != want {
			t.Fatalf("killed after step %d: other bytes\n%s\nwant\n%s", at, got, want)
		}
		s.close()
	}
}

// Cancelling writes a checkpoint of the step in hand.
func TestLoopInterrupted(t *testing.T) {
	want := whole(t, nil)
	for _, at := range []int{0, 1, 7, 30} {
		dir := t.TempDir()
		s := newSetup(t, dir, nil)
		ctx, cancel := context.WithCancel(t.Context())
		if at == 0 {
			cancel()
		}
		s.OnStep = func(st train.Step) error {
			if st.Step == at {
				cancel()
			}
			return nil
		}
		out, err := s.Run(ctx)
		if !errors.Is(err, context.Canceled) || out.Step != at || !strings.Contains(err.Error(), fmt.Sprintf("after step %d of 45, which a checkpoint holds", at)) {
			t.Fatal(out, err)
		}
		cancel()
		s.close()
		s = newSetup(t, dir, nil)
		if _, err := s.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := s.bits(t); got != want {
			t.Errorf("interrupted after step %d: other bytes", at)
		}
	}
}

// Epochs are as many steps as they have batches.
func TestEpochs(t *testing.T) {
	var bits [2]string
	for i := range bits {
		s := newSetup(t, t.TempDir(), func(s *setup) { s.Steps, s.Epochs = 42*(1-i), 6*i }) // of seven batches
		if out, err := s.Run(t.Context()); err != nil || out.Step != 42 {
			t.Fatal(out, err)
		}
		bits[i] = s.bits(t)
	}
	if bits[0] != bits[1] {
		t.Errorf("42 steps:\n%s\nsix epochs:\n%s", bits[0], bits[1])
	}
}

// A last batch of fewer examples is a step like the others, and a run that is resumed before or after it leaves the same bytes.
func TestLastBatchKept(t *testing.T) {
	keep := func(s *setup) {
		load, err := data.NewLoader(clusters(240), data.Config{Batch: 32, Order: data.Shuffled{Seed: 3}, Vary: 9, Last: data.Keep})
		if err != nil {
			t.Fatal(err)
		}
		s.Data, s.Steps, s.Epochs = load, 0, 2 // of seven batches of 32 and one of 16
	}
	alone := newSetup(t, t.TempDir(), keep)
	if out, err := alone.Run(t.Context()); err != nil || out.Step != 16 {
		t.Fatal(out, err)
	}
	want := alone.bits(t)
	for at := 7; at < 10; at++ {
		dir := t.TempDir()
		s := newSetup(t, dir, keep)
		s.Checkpoints.Every = 1
		s.OnStep = func(st train.Step) error {
			if st.Step == at {
				return errKilled
			}
			return nil
		}
		if _, err := s.Run(t.Context()); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		s.close()
		s = newSetup(t, dir, keep)
		if out, err := s.Resume(t.Context()); err != nil || out.Step != 16 || s.bits(t) != want {
			t.Error(at, out, err)
		}
	}
}

func TestLoopRefuses(t *testing.T) {
	for want, spoil := range map[string]func(*setup){
		"want a model, a loss": func(s *setup) { s.Model = nil },
		"0 steps, 0 epochs":    func(s *setup) { s.Steps = 0 },
		"45 steps, 6 epochs":   func(s *setup) { s.Epochs = 6 },
		"0 steps, -1 epochs":   func(s *setup) { s.Steps, s.Epochs = 0, -1 },
		"6 epochs of a train_test.endless, which does not know": func(s *setup) {
			s.Steps, s.Epochs, s.Data = 0, 6, endless{s.Data}
		},
		"checkpoints want a Store":        func(s *setup) { s.Checkpoints = &train.Checkpoints{} },
		"a recovery wants Checkpoints":    func(s *setup) { s.Recovery, s.Checkpoints = &train.Recovery{Most: 1}, nil },
		"multiplies the rate by 2":        func(s *setup) { s.Recovery = &train.Recovery{Most: 1, Rate: s.rate, Factor: 2} },
		"early stopping wants":            func(s *setup) { s.Stop, s.Validation = &train.EarlyStop{}, nil },
		"a recovery with patience":        func(s *setup) { s.Recovery, s.Validation = &train.Recovery{Most: 1, Patience: 1}, nil },
		"a validation wants examples":     func(s *setup) { s.Validation.Data = clusters(0) },
		`part "train" of the checkpoints`: func(s *setup) { s.Checkpoints.Parts = map[string]any{"train": 1} },
		`no metric "f1"`:                  func(s *setup) { s.Validation.Metric = "f1" },
		"loss is float32[32 3], want a scalar": func(s *setup) {
			s.Loss = func(b []*graph.Node) train.Outputs {
				return train.Outputs{Loss: s.m.Out.Forward(s.m.Hidden.Forward(b[0]))}
			}
		},
		`the outputs want a node for "accuracy"`: func(s *setup) {
			s.Loss = func(b []*graph.Node) train.Outputs {
				o := s.m.loss(b)
				o.Metrics = append(o.Metrics, o.Metrics[0])
				return o
			}
		},
	} {
		s := newSetup(t, t.TempDir(), spoil)
		if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, want)
		}
		s.close()
	}
}

func TestResumeRefuses(t *testing.T) {
	dir := t.TempDir()
	s := newSetup(t, dir, nil)
	if _, err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.close()
	for want, spoil := range map[string]func(*setup){
		"the step's graph, or its rounding, is not what it was": func(s *setup) { s.Rounding = graph.Exact },
		"the step's graph, or its":                              func(s *setup) { s.Optimizer = optim.NewSGD(nn.Params(s.m), s.rate.Rate, 0) },
		"of another model": func(s *setup) {
			s.Optimizer, s.Checkpoints.Inexact = optim.NewSGD(nn.Params(s.m), s.rate.Rate, 0), true
		},
	} {
		s := newSetup(t, dir, spoil)
		if _, err := s.Resume(t.Context()); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		s.close()
	}
	s = newSetup(t, dir, nil)
	if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "there is a checkpoint of step 45 already") {
		t.Error(err)
	}
	s.close()
	if err := os.WriteFile(filepath.Join(dir, "metrics.jsonl"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s = newSetup(t, dir, nil)
	if _, err := s.Resume(t.Context()); err == nil || !strings.Contains(err.Error(), "metrics.jsonl has 0 bytes, the checkpoint was taken at") {
		t.Error(err)
	}
}

// Rounding reaches the step's kernels: convolutions in larger tiles give other bits, and the same ones each time.
func TestRounding(t *testing.T) {
	run := func(allowed graph.Rounding) []byte {
		r := rand.New(rand.NewPCG(1, 0))
		model := nn.Sequential{nn.NewConv2D(r, 32, 32, 3, nn.Padding(1)), nn.Func(nn.GlobalAvgPool), nn.NewDense(r, 32, 3)}
		set := data.Func(8, []graph.Type{graph.T(graph.Float32, 32, 16, 16), graph.T(graph.Int32)}, func(i int, _ uint64, row []graph.Buffer) error {
			r := rand.New(rand.NewPCG(uint64(i), 1))
			x := graph.Data[float32](row[0])
			for k := range x {
				x[k] = float32(r.NormFloat64())
			}
			graph.Data[int32](row[1])[0] = int32(i % 3)
			return nil
		})
		load, err := data.NewLoader(set, data.Config{Batch: 8})
		if err != nil {
			t.Fatal(err)
		}
		loop := &train.Loop{
			Model: model, Loss: train.Classify(model), Optimizer: optim.NewSGD(nn.Params(model), optim.Constant(0.1), 0), Data: load, Steps: 2, Rounding: allowed,
		}
		if _, err := loop.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		return model[0].(*nn.Conv).W.Value().Bytes()
	}
	loose := run(graph.Loose)
	if bytes.Equal(loose, run(graph.Exact)) || !bytes.Equal(loose, run(graph.Loose)) {
		t.Error("a loose step has the bits of an exact one, or not the same twice")
	}
}
