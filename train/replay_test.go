package train_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/train"
)

// every keeps all checkpoints.
func every(s *setup) {
	s.store.Close()
	s.store, _ = checkpoint.Open(s.dir+"/checkpoints", keepAll)
	s.Checkpoints.Store = s.store
}

func TestReplay(t *testing.T) {
	dir := t.TempDir()
	s := newSetup(t, dir, every)
	if _, err := s.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := s.bits(t)
	at := map[int]*checkpoint.Checkpoint{}
	for _, step := range []int{0, 8, 16, 44, 45} {
		c, err := s.store.At(step)
		if err != nil {
			t.Fatal(err)
		}
		at[step] = c
	}
	s.close()
	r := newSetup(t, dir, every)
	for _, c := range [][2]int{{0, 8}, {8, 16}, {8, 44}, {44, 45}, {0, 45}} { // through epochs, validations and lines of the log
		if err := r.Replay(t.Context(), at[c[0]], at[c[1]]); err != nil {
			t.Error(c, err)
		}
	}
	if r.bits(t) != before {
		t.Error("replaying changed what is on disk, or did not end where the run did")
	}

	// Another order of examples gives other bits, and what differs is named.
	r.Data, _ = data.NewLoader(clusters(240), data.Config{Batch: 32, Order: data.Shuffled{Seed: 4}, Vary: 9})
	if err := r.Replay(t.Context(), at[0], at[8]); err == nil || !strings.Contains(err.Error(), "steps 0 to 8 give other bits when replayed: Hidden.B, Hidden.W") {
		t.Error(err)
	}
	if err := r.Replay(t.Context(), at[8], at[8]); err == nil || !strings.Contains(err.Error(), "an earlier and a later one") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := r.Replay(ctx, at[0], at[8]); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Where a run went back, its steps cannot be replayed, and that is said.
func TestReplayRefusesRecoveries(t *testing.T) {
	s := newSetup(t, t.TempDir(), func(s *setup) {
		every(s)
		s.Recovery = &train.Recovery{Most: 100, Above: 0.9, Rate: s.rate, Factor: 0.5} // the first steps are above it
	})
	var events []string
	s.OnEvent = func(e train.Event) error { events = append(events, e.What); return nil }
	if _, err := s.Run(t.Context()); err != nil && !strings.Contains(err.Error(), "did not help") {
		t.Fatal(err)
	}
	if len(events) == 0 || !strings.Contains(events[0], "above 0.9: the run diverges; went back to step 0, from now on at 0.5 times the schedule's rate") {
		t.Fatal(events)
	}
	a, err := s.store.At(0)
	b, _, err2 := s.store.Latest()
	if err != nil || err2 != nil {
		t.Fatal(err, err2)
	}
	if err := s.Replay(t.Context(), a, b); err == nil || !strings.Contains(err.Error(), "cannot be replayed") {
		t.Error(err)
	}
}

// After an early stop the best weights are those of the best validation.
func TestRestoreBest(t *testing.T) {
	s := newSetup(t, t.TempDir(), func(s *setup) {
		s.EMA, s.Steps, s.Validation.Every, s.Stop = nil, 500, 5, &train.EarlyStop{Patience: 2}
	})
	if _, err := s.RestoreBest(); err == nil || !strings.Contains(err.Error(), "no checkpoint has a validation") {
		t.Error(err)
	}
	out, err := s.Run(t.Context())
	if err != nil || out.Step == 500 {
		t.Fatal(out, err)
	}
	if step, err := s.RestoreBest(); err != nil || step != out.BestAt {
		t.Fatal(step, out.BestAt, err)
	}
	got, err := train.Measure(s.Validation.Data, 5, 1, s.m.loss)
	if err != nil || got["loss"] != out.Best {
		t.Error(got, out.Best, err)
	}
}
