package checkpoint_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/graph"
)

// A run is variables whose values tell the step.
type run struct {
	w *graph.Param
	m *graph.State
}

func newRun() *run {
	return &run{graph.NewParam("w", graph.NewBuffer(graph.T(graph.Float32, 3, 5))), graph.NewState("m", graph.NewBuffer(graph.T(graph.Int64, 4)))}
}

func (r *run) weights(yield func(string, graph.Var) bool) { yield("w", r.w) }
func (r *run) state(yield func(string, graph.Var) bool)   { yield("m", r.m) }

func (r *run) set(step int) {
	w, m := r.w.Value(), r.m.Value()
	for i := range graph.Data[float32](w) {
		graph.Data[float32](w)[i] = float32(step*100 + i)
	}
	for i := range graph.Data[int64](m) {
		graph.Data[int64](m)[i] = int64(step*1000 + i)
	}
	r.w.Set(w)
	r.m.Set(m)
}

func (r *run) take(step int) *checkpoint.Snapshot {
	r.set(step)
	s := checkpoint.Take(step, r.weights, r.state)
	s.Metrics = map[string]float64{"loss": float64((step - 5) * (step - 5))} // best at step 5
	_ = s.Put("at", step)
	return s
}

// holds reports whether c restores the run of its step.
func (r *run) holds(c *checkpoint.Checkpoint) error {
	r.set(-1)
	if err := c.Restore(r.weights, r.state); err != nil {
		return err
	}
	want := newRun()
	want.set(c.Step)
	var at int
	if err := c.Get("at", &at); err != nil || at != c.Step {
		return fmt.Errorf("part says %d of step %d, %w", at, c.Step, err)
	}
	if !slices.Equal(r.w.Value().Bytes(), want.w.Value().Bytes()) || !slices.Equal(r.m.Value().Bytes(), want.m.Value().Bytes()) {
		return fmt.Errorf("other values at step %d", c.Step)
	}
	return nil
}

const lastStep = 8

// train saves checkpoints at steps 1 to lastStep as far as m lets it, and returns the last step that was said to be saved.
func train(m *memory, o checkpoint.Options) (saved int, failed bool) {
	o.FS = m
	s, err := checkpoint.Open("runs/a", o)
	if err != nil {
		return 0, true
	}
	r := newRun()
	for step := 1; step <= lastStep; step++ {
		if err := s.Save(r.take(step)); err != nil {
			failed = true
			if m.dead {
				return saved, true
			}
			continue // the disk was full for a while
		}
		saved = step
	}
	return saved, failed || s.Close() != nil
}

// Whatever fails at whatever operation, what was said to be on disk is, the newest checkpoint that is whole has the right values, and the run goes on
// from there.
func TestEveryFaultAtEveryOperation(t *testing.T) {
	for _, o := range []checkpoint.Options{{}, {Last: 2}, {Last: 1, Every: 3, Best: "loss"}} {
		clean := newMemory(0)
		if saved, failed := train(clean, o); saved != lastStep || failed {
			t.Fatal("no fault, and it failed")
		}
		cases, failures := 0, 0
		for how := range faults {
			for at := range clean.n {
				for seed := range uint64(2) {
					m := newMemory(seed)
					m.failAt, m.how = at, how
					saved, failed := train(m, o)
					cases++
					if failed {
						failures++
					}
					after := m
					if how == crash || seed%2 == 1 { // a fault, and then the power fails as well
						after = m.after()
					}
					after.failAt = -1
					if err := holdsAfter(after, o, saved); err != nil {
						t.Fatalf("%v at operation %d of %d, seed %d, %+v: %v", how, at, clean.n, seed, o, err)
					}
				}
			}
		}
		t.Logf("%+v: %d cases of %d faults at %d operations; %d were noticed as they happened", o, cases, faults, clean.n, failures)
		if failures < cases/2 {
			t.Errorf("only %d of %d faults were reported", failures, cases)
		}
	}
}

func holdsAfter(m *memory, o checkpoint.Options, saved int) error {
	o.FS = m
	s, err := checkpoint.Open("runs/a", o)
	if err != nil {
		return err
	}
	r := newRun()
	c, skipped, err := s.Latest()
	if saved == 0 && err != nil {
		return nil // nothing had been said to be saved
	}
	if err != nil {
		return fmt.Errorf("step %d was saved: %w", saved, err)
	}
	if len(skipped) > 0 {
		return fmt.Errorf("a checkpoint is not whole: %w", errors.Join(skipped...))
	}
	if c.Step < saved {
		return fmt.Errorf("step %d was saved, the newest is %d", saved, c.Step)
	}
	if err := r.holds(c); err != nil {
		return err
	}
	// The run goes on, coming to a step again that may be there already.
	if err := s.Save(r.take(c.Step)); err != nil {
		return err
	}
	if err := s.Save(r.take(c.Step + 1)); err != nil {
		return err
	}
	next, _, err := s.Latest()
	if err != nil || next.Step != c.Step+1 {
		return fmt.Errorf("after going on from %d: %w", c.Step, err)
	}
	return r.holds(next)
}
