package exec_test

import (
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/exec"
)

// beside runs a convolutional net's steps on all cores while f is called n times, and returns the 99th percentile of what f returns.
func beside(tb testing.TB, n int, f func() time.Duration) time.Duration {
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
	return late[len(late)*99/100]
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

// A running step lets others run: bounds with ten times the room of what BenchmarkLatency is held to.
func TestLatency(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a second")
	}
	for name, c := range map[string]struct {
		f     func() time.Duration
		bound time.Duration
	}{
		"a sleeper of 1 ms": {oversleep, 20 * time.Millisecond},
		"runtime.GC":        {collect, 200 * time.Millisecond},
		"a GC pause":        {pause, 10 * time.Millisecond},
	} {
		if p := beside(t, 50, c.f); p > c.bound {
			t.Errorf("%s, beside a running step: %v at the 99th percentile, want at most %v", name, p, c.bound)
		}
	}
}

// Latency beside a running step, as milliseconds at the 99th percentile of 500.
func BenchmarkLatency(b *testing.B) {
	for name, f := range map[string]func() time.Duration{"sleeper": oversleep, "collection": collect, "pause": pause} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				b.ReportMetric(beside(b, 500, f).Seconds()*1e3, "ms-p99")
			}
		})
	}
}
