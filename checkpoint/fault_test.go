package checkpoint_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/checkpoint"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/faultfs"
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

// loss is best at step 5.
func loss(step int) float64 { return float64((step - 5) * (step - 5)) }

func (r *run) take(step int) *checkpoint.Snapshot {
	r.set(step)
	s := checkpoint.Take(step, r.weights, r.state)
	s.Metrics = map[string]float64{"loss": loss(step)}
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

// A way is how checkpoints are saved.
type way struct {
	checkpoint.Options
	beside bool // by Begin, so that an error comes with the next one
	back   int  // after the fifth, checkpoints after this step are removed, and the run goes on from it; not if 0
}

// train saves checkpoints of steps 1 to lastStep as far as m lets it, and returns the last step that was said to be saved, and the best.
func train(m *faultfs.Memory, w way) (saved, best int, failed bool) {
	w.FS = m
	s, err := checkpoint.Open("runs/a", w.Options)
	if err != nil {
		return 0, 0, true
	}
	s.KeepBest(w.Best, w.Larger)
	r, pending := newRun(), 0
	said := func(err error, step int) {
		if err == nil {
			saved = max(saved, step)
			if step > 0 && (best == 0 || loss(step) < loss(best)) {
				best = step
			}
		}
		failed = failed || err != nil // the disk was full for a while
	}
	for step := 1; step <= lastStep && !m.Dead(); step++ {
		if w.beside {
			said(s.Begin(r.take(step)), pending)
			pending = step
		} else {
			said(s.Save(r.take(step)), step)
		}
		if step == 5 && w.back > 0 {
			said(s.Wait(), pending)
			if err := s.Rewind(w.back); err != nil {
				failed = true
			}
			w.back, saved, step, pending = 0, min(saved, w.back), w.back, 0
		}
	}
	said(s.Wait(), pending)
	return saved, best, s.Close() != nil || failed
}

// Whatever fails at whatever operation, what was said to be on disk is, the newest checkpoint that is whole has the right values, and the run goes on
// from there.
func TestEveryFaultAtEveryOperation(t *testing.T) {
	total, operations, seeds := 0, 0, uint64(2)
	if testing.Short() {
		seeds = 1
	}
	for _, w := range []way{
		{},
		{Options: checkpoint.Options{Last: 2}},
		{Options: checkpoint.Options{Last: 1, Every: 3, Best: "loss"}},
		{Options: checkpoint.Options{Last: 1, Best: "loss"}, beside: true},
		{Options: checkpoint.Options{Last: 2}, back: 4},
	} {
		clean := faultfs.New(0)
		if saved, best, failed := train(clean, w); saved != lastStep || best != 5 || failed {
			t.Fatal("no fault, and it failed")
		}
		cases, failures := 0, 0
		for how := range faultfs.Faults {
			for at := range clean.Operations {
				for seed := range seeds {
					m := faultfs.New(seed)
					m.FailAt, m.How = at, how
					saved, best, failed := train(m, w)
					cases++
					if failed {
						failures++
					}
					after := m
					if how == faultfs.Crash || (seed+uint64(at))%2 == 1 { // a fault, and then the power fails as well
						after = m.After()
					}
					after.FailAt = -1
					if err := holdsAfter(after, w.Options, saved, best); err != nil {
						t.Fatalf("%v at operation %d of %d, seed %d, %+v: %v", how, at, clean.Operations, seed, w, err)
					}
				}
			}
		}
		t.Logf("%+v: %d cases of %d faults at %d operations; %d were noticed as they happened", w, cases, faultfs.Faults, clean.Operations, failures)
		if failures < cases/2 {
			t.Errorf("only %d of %d faults were reported", failures, cases)
		}
		total, operations = total+cases, operations+clean.Operations
	}
	t.Logf("%d cases at %d operations, in all of which what was said to be saved was", total, operations)
}

func holdsAfter(m *faultfs.Memory, o checkpoint.Options, saved, best int) error {
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
	if o.Best != "" && best > 0 {
		if kept, ok, err := s.Best(); err != nil || !ok || loss(kept) > loss(best) {
			return fmt.Errorf("the best, of step %d, was saved, and the best there is is of step %d: %w", best, kept, err)
		}
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
