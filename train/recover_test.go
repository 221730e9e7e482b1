package train_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/train"
)

func TestLoopStopsEarly(t *testing.T) {
	s := newSetup(t, t.TempDir(), func(s *setup) {
		s.Steps, s.Validation.Every, s.Stop = 500, 5, &train.EarlyStop{Patience: 2}
		s.Validation.Metric, s.Validation.Larger = "accuracy", true
	})
	out, err := s.Run(t.Context())
	if err != nil || out.Step == 500 || out.Step != out.BestAt+15 || !strings.Contains(out.Stopped, "accuracy has not become better") {
		t.Errorf("%+v, %v", out, err)
	}
	if step, ok, err := s.store.Best(); step > out.BestAt || !ok || err != nil {
		t.Errorf("the best checkpoint is of step %d, %v, %v", step, ok, err)
	}
}

// A step that gives NaN takes the run back to the best checkpoint, and on with the next batches; killed or not, the bytes are the same.
func TestLoopRecoversFromNaN(t *testing.T) {
	change := func(s *setup) {
		set := data.Func(240, clusters(240).Types(), func(i int, seed uint64, row []graph.Buffer) error {
			err := clusters(240).Read(i, seed, row)
			if i == 100 {
				graph.Data[float32](row[0])[0] = float32(math.NaN())
			}
			return err
		})
		s.Data, _ = data.NewLoader(set, data.Config{Batch: 32, Order: data.Shuffled{Seed: 3}})
		s.Recovery = &train.Recovery{Most: 10, Rate: s.rate, Factor: 0.5}
		s.Extra = nil
	}
	want := whole(t, change)
	events := strings.Count(want, "gives NaN") + strings.Count(want, "is fed NaN")
	if events < 5 || strings.Count(want, "went back to step") != events { // one of 7 batches in 45 steps
		t.Fatalf("%d recoveries:\n%s", events, want)
	}
	for _, at := range []int{5, 12, 33} {
		dir := t.TempDir()
		s := newSetup(t, dir, change)
		s.OnStep = func(st train.Step) error {
			if st.Step >= at {
				return errKilled
			}
			return nil
		}
		if _, err := s.Run(t.Context()); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		s.close()
		s = newSetup(t, dir, change)
		if _, err := s.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := s.bits(t); got != want {
			t.Errorf("killed at step %d: other bytes\n%s\nwant\n%s", at, got, want)
		}
	}
	s := newSetup(t, t.TempDir(), change)
	s.Recovery.Most = 2
	if _, err := s.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "2 recoveries did not help") {
		t.Error(err)
	}
}

// An interrupt before the first validation leaves a checkpoint that would not be there without it: the run does not go back to that.
func TestLoopRecoversTheSameAfterInterrupts(t *testing.T) {
	for _, validated := range []bool{true, false} {
		change := func(s *setup) {
			set := data.Func(240, clusters(240).Types(), func(i int, seed uint64, row []graph.Buffer) error {
				err := clusters(240).Read(i, seed, row)
				if i == 100 {
					graph.Data[float32](row[0])[0] = float32(math.NaN())
				}
				return err
			})
			s.Data, _ = data.NewLoader(set, data.Config{Batch: 32, Order: data.Shuffled{Seed: 3}})
			s.Steps, s.Checkpoints.Every = 24, 2
			s.Recovery = &train.Recovery{Most: 10, Rate: s.rate, Factor: 0.5}
			s.Extra = nil
			if !validated {
				s.Validation = nil
			}
		}
		want := whole(t, change)
		for at := 1; at < 12; at++ {
			dir := t.TempDir()
			s := newSetup(t, dir, change)
			ctx, cancel := context.WithCancel(t.Context())
			s.OnStep = func(st train.Step) error {
				if st.Step >= at { // a step that gives NaN is not told of
					cancel()
				}
				return nil
			}
			_, err := s.Run(ctx)
			cancel()
			s.close()
			if err == nil {
				t.Fatal("it was not interrupted")
			}
			s = newSetup(t, dir, change)
			if _, err := s.Resume(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got := s.bits(t); got != want {
				t.Errorf("validated %v, interrupted at step %d: other bytes\n%s\nwant\n%s", validated, at, got, want)
			}
			s.close()
		}
	}
}

// A validation that gives NaN, where the steps before it did not, is gone back from as well.
func TestLoopRecoversFromNaNInValidation(t *testing.T) {
	var events []string
	s := newSetup(t, t.TempDir(), func(s *setup) {
		s.EMA, s.Steps, s.Validation.Every = nil, 60, 1
		s.Recovery = &train.Recovery{Most: 1, Rate: s.rate, Factor: 1e-38}
		s.Extra = nil
		s.rate.SetFactor(1e38)
		s.OnEvent = func(e train.Event) error { events = append(events, e.What); return nil }
	})
	out, err := s.Run(t.Context())
	if err != nil || len(events) != 1 || !strings.Contains(events[0], "step 1: validation: ") || !strings.Contains(events[0], "; went back to step 0") {
		t.Fatal(out, events, err)
	}
	if out.Last["accuracy"] < 0.9 {
		t.Errorf("%+v after %q", out, events)
	}
}

// A validation that becomes worse, as a rate far too large makes it, does so too.
func TestLoopRecoversFromWorse(t *testing.T) {
	var events []string
	s := newSetup(t, t.TempDir(), func(s *setup) {
		s.EMA, s.Steps, s.Validation.Every = nil, 120, 3
		s.Recovery = &train.Recovery{Patience: 1, Most: 20, Rate: s.rate, Factor: 0.3}
		s.Extra = nil
		s.rate.SetFactor(100)
		s.OnEvent = func(e train.Event) error { events = append(events, e.What); return nil }
	})
	out, err := s.Run(t.Context())
	if err != nil || len(events) == 0 || !strings.Contains(events[0], "the validation has become worse; went back to step") {
		t.Fatal(out, events, err)
	}
	if out.Last["accuracy"] < 0.9 {
		t.Errorf("%+v after %q", out, events)
	}
}

// endless is a source that does not say how long an epoch is.
type endless struct{ data.Source }
