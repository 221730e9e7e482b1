package exec_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/exec"
)

// rate is how many steps a second n plans of a convolutional net take in all, each in a goroutine of its own, with two workers each.
func rate(tb testing.TB, n int, d time.Duration) float64 {
	var steps atomic.Int64
	var all sync.WaitGroup
	var models []*model
	var plans []*exec.Plan
	for range n {
		m := cnn(64, 28)
		models, plans = append(models, m), append(plans, m.compile(tb, exec.Workers(2)))
	}
	at := time.Now()
	for i, p := range plans {
		all.Go(func() {
			for time.Since(at) < d {
				if _, err := p.RunBuffers(models[i].feed...); err != nil {
					tb.Error(err)
				}
				steps.Add(1)
			}
		})
	}
	all.Wait()
	return float64(steps.Load()) / time.Since(at).Seconds()
}

// Plans that run at once share the workers: none waits for another for ever, and the results are those of each alone.
func TestPlansAtOnce(t *testing.T) {
	alone := cnn(13, 26)
	want := alone.run(t, alone.compile(t, exec.Workers(2)), 4)
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			m := cnn(13, 26)
			p, err := exec.Compile(m.g, exec.In(m.in...), exec.Out(m.loss), exec.Workers(2))
			if err != nil {
				t.Error(err)
				return
			}
			for i, l := range m.run(t, p, 4) {
				if l != want[i] {
					t.Errorf("loss %v in step %d beside other plans, alone %v", l, i, want[i])
				}
			}
		})
	}
	all.Wait()
}

// Two plans at once, against one after the other: what part of the steps a second is left.
func BenchmarkPlansAtOnce(b *testing.B) {
	for b.Loop() {
		b.ReportMetric(rate(b, 2, time.Second)/rate(b, 1, time.Second), "of-alone")
	}
}
