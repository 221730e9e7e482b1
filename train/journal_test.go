package train_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/train"
	"github.com/kedja-ml/kedja/train/metrics"
	"github.com/kedja-ml/kedja/train/tensorboard"
)

// withMetrics measures what is no mean over batches too, and judges by it.
func withMetrics(s *setup) {
	loss := s.Loss
	s.Loss = func(batch []*graph.Node) train.Outputs {
		o := loss(batch)
		o.Predictions, o.Targets = s.m.Out.Forward(ops.ReLU(s.m.Norm.Forward(s.m.Hidden.Forward(batch[0])))), batch[1]
		return o
	}
	c := metrics.Classes{N: 3}
	s.Validation.Metrics = map[string]metrics.Metric{}
	for _, name := range []string{"f1", "auc", "logloss", "top1"} {
		s.Validation.Metrics[name], _ = metrics.New(name, c)
	}
	s.Validation.Metric, s.Validation.Larger = "f1", true
}

func TestValidationMetricsByName(t *testing.T) {
	var reports []train.Report
	run := func(batch int) train.Outcome {
		reports = nil
		s := newSetup(t, t.TempDir(), func(s *setup) {
			withMetrics(s)
			s.Validation.Batch = batch
			s.OnReport = func(r train.Report) error { reports = append(reports, r); return nil }
		})
		out, err := s.Run(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	want := run(5)
	if want.Best < want.Last["f1"] || want.Last["auc"] < 0.7 {
		t.Errorf("%+v", want)
	}
	seen := 0
	for _, r := range reports {
		if v := r.Validation; v != nil {
			seen++
			// The same numbers by another way: dropout is off, so that predictions are the logits of the loss.
			if math.Abs(v["logloss"]-v["loss"]) > 1e-6 || math.Abs(v["top1"]-v["accuracy"]) > 1e-6 || len(v) != 6 {
				t.Errorf("%v", v)
			}
		}
	}
	if seen != 5 {
		t.Errorf("%d validations", seen)
	}
	// Not a bit depends on how the examples are cut.
	for _, batch := range []int{1, 4, 13} {
		got := run(batch)
		for _, name := range []string{"f1", "auc", "top1"} {
			if got.Last[name] != want.Last[name] {
				t.Errorf("batches of %d: %s %v, want %v", batch, name, got.Last[name], want.Last[name])
			}
		}
	}
}

func TestValidationMetricsRefuse(t *testing.T) {
	for want, spoil := range map[string]func(*setup){
		"want the outputs' Predictions and Targets": func(s *setup) {
			withMetrics(s)
			s.Loss = s.m.loss
		},
		`want a metric for "accuracy", and every name once`: func(s *setup) {
			withMetrics(s)
			s.Validation.Metrics["accuracy"] = metrics.NewAccuracy(metrics.Classes{N: 3})
		},
		`no metric "f2" to judge by`: func(s *setup) {
			withMetrics(s)
			s.Validation.Metric = "f2"
		},
		"step 9: validation: f1: metrics: label 2 of example": func(s *setup) {
			withMetrics(s)
			s.Validation.Metrics = map[string]metrics.Metric{"f1": metrics.NewF1(metrics.Classes{N: 2}, metrics.Macro)}
			loss := s.Loss
			s.Loss = func(batch []*graph.Node) train.Outputs {
				o := loss(batch)
				o.Predictions = ops.Slice(o.Predictions, 1, 0, 2)
				return o
			}
		},
		"two logs are called metrics.jsonl": func(s *setup) {
			other, err := train.NewLog(filepath.Join(t.TempDir(), "metrics.jsonl"))
			if err != nil {
				t.Fatal(err)
			}
			s.Times = other
			s.Loggers = []train.Logger{logger{other}}
		},
	} {
		s := newSetup(t, t.TempDir(), spoil)
		if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v, want %q", err, want)
		}
		s.close()
	}
}

// A logger is a log that is told reports.
type logger struct{ *train.Log }

func (l logger) Report(r train.Report) error { return l.Write(r) }
func (l logger) Event(e train.Event) error   { return l.Write(e) }

// A run with metrics and an event file that dies after any step and is resumed leaves the bytes of one that did not.
func TestEventFileIsCutBack(t *testing.T) {
	board := func(dir string) *tensorboard.Writer {
		w, err := tensorboard.Open(filepath.Join(dir, "board"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { w.Close() })
		w.Clock = func() time.Time { return time.Unix(1e9, 0) }
		return w
	}
	begin := func(dir string) *setup {
		return newSetup(t, dir, func(s *setup) {
			withMetrics(s)
			s.Loggers = []train.Logger{board(dir)}
		})
	}
	read := func(dir string) string {
		b, err := os.ReadFile(filepath.Join(dir, "board", tensorboard.Name))
		if err != nil {
			t.Fatal(err)
		}
		return string(b)
	}
	dir := t.TempDir()
	s := begin(dir)
	if _, err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	want, file := s.bits(t), read(dir)
	if strings.Count(file, "f1/validation") != 5 || strings.Count(file, "loss/training") < 9 {
		t.Errorf("%d and %d curves", strings.Count(file, "f1/validation"), strings.Count(file, "loss/training"))
	}
	s.close()
	s = begin(dir) // steps that are replayed are not written
	s.Loggers[0].(*tensorboard.Writer).Clock = func() time.Time { return time.Unix(2e9, 0) }
	steps, err := s.store.Steps()
	if err != nil {
		t.Fatal(err)
	}
	from, err := s.store.At(steps[0])
	if err != nil {
		t.Fatal(err)
	}
	to, err := s.store.At(45)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Replay(t.Context(), from, to); err != nil || read(dir) != file {
		t.Error("replaying wrote to the event file", err)
	}
	s.close()
	for _, at := range []int{1, 3, 9, 11, 20, 37, 44} {
		dir := t.TempDir()
		s := begin(dir)
		s.OnStep = func(st train.Step) error {
			if st.Step == at {
				return errKilled
			}
			return nil
		}
		if _, err := s.Run(t.Context()); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		if err := s.Loggers[0].Event(train.Event{Step: at, What: "nobody counts on this"}); err != nil {
			t.Fatal(err)
		}
		s.close()
		s = begin(dir)
		if _, err := s.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		if s.bits(t) != want || read(dir) != file {
			t.Errorf("killed after step %d: other bytes", at)
		}
		s.close()
	}
	// A new run in the same place begins a new file.
	old := t.TempDir()
	if err := os.MkdirAll(filepath.Join(old, "board"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(old, "board", tensorboard.Name), bytes.Repeat([]byte("x"), 1000), 0o600); err != nil {
		t.Fatal(err)
	}
	s = begin(old)
	if _, err := s.Run(t.Context()); err != nil || read(old) != file {
		t.Error("other bytes where there was a file before", err)
	}
}
