package exec_test

import (
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/exec"
)

// beside runs a convolutional net's steps on all cores while f is called n times, and returns what f returned, sorted.
func beside(tb testing.TB, n int, f func() time.Duration) []time.Duration {
	m := cnn(64, 28)
	p := m.compile(tb, exec.Workers(runtime.GOMAXPROCS(0)))
	stop, done := make(chan bool), make(chan error)
	go func() {
		for {
			select {
			case <-stop:
				done <- nil
				return
			default:
				if _, err := p.RunBuffers(m.feed...); err != nil {
					done <- err
					return
				}
			}
		}
	}()
	late := make([]time.Duration, n)
	for i := range late {
		late[i] = f()
	}
	close(stop)
	if err := <-done; err != nil {
		tb.Fatal(err)
	}
	slices.Sort(late)
	return late
}

// oversleep is how much too late a sleeper of 1 ms wakes up.
func oversleep() time.Duration {
	at := time.Now()
	time.Sleep(time.Millisecond)
	return time.Since(at) - time.Millisecond
}

// collect is how long a whole garbage collection takes.
func collect() time.Duration {
	at := time.Now()
	runtime.GC()
	return time.Since(at)
}

// pause is how long the last collection stopped all goroutines.
func pause() time.Duration {
	runtime.GC()
	var s debug.GCStats
	debug.ReadGCStats(&s)
	return s.Pause[0]
}

// A running step lets others run. Workers that never yield make every sleeper of 1 ms 20 ms late, and every collection last 40 ms and more; a
// machine busy with something else does so now and then. So the best tenth is looked at.
func TestLatency(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	for name, c := range map[string]struct {
		f     func() time.Duration
		bound time.Duration
	}{
		"a sleeper of 1 ms": {oversleep, 10 * time.Millisecond},
		"runtime.GC":        {collect, 35 * time.Millisecond},
		"a GC pause":        {pause, 10 * time.Millisecond},
	} {
		if p := beside(t, 50, c.f)[5]; p > c.bound {
			t.Errorf("%s, beside a running step: %v at the 10th percentile, want at most %v", name, p, c.bound)
		}
	}
}

// Latency beside a running step, as milliseconds at the 99th percentile of 500.
func BenchmarkLatency(b *testing.B) {
	for name, f := range map[string]func() time.Duration{"sleeper": oversleep, "collection": collect, "pause": pause} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(beside(b, 500, f)[495].Seconds()*1e3, "ms-p99")
			}
		})
	}
}
