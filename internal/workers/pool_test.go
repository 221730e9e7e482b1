package workers_test

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/kedja-ml/kedja/internal/workers"
)

type count struct {
	done   []atomic.Int32
	inside [workers.Max]atomic.Int32
	spin   int
	wrong  atomic.Int32
	limit  int
	panics int
}

func (c *count) Do(task, worker int) {
	if c.inside[worker].Add(1) != 1 || worker >= c.limit {
		c.wrong.Add(1)
	}
	defer c.inside[worker].Add(-1)
	if task == c.panics {
		panic("on purpose")
	}
	for range c.spin {
		runtime.KeepAlive(c)
	}
	c.done[task].Add(1)
}

func newCount(tasks, limit, spin int) *count {
	return &count{done: make([]atomic.Int32, tasks), limit: limit, spin: spin, panics: -1}
}

func (c *count) check(t *testing.T, times int32) {
	t.Helper()
	for i := range c.done {
		if n := c.done[i].Load(); n != times && i != c.panics {
			t.Fatalf("task %d was done %d times, not %d", i, n, times)
		}
	}
	if c.wrong.Load() != 0 {
		t.Fatal("two tasks at once had one worker, or a worker was not wanted")
	}
}

func TestEveryTaskOnce(t *testing.T) {
	for _, order := range []uint64{0, 7, 123456789} {
		workers.Shuffle(order)
		for _, w := range []int{1, 2, 3, 8} {
			for _, n := range []int{0, 1, 2, 3, 7, 64, 1000} {
				c := newCount(n, max(w, 1), 10)
				for range 20 {
					workers.Run(c, n, w)
				}
				c.check(t, 20)
			}
		}
	}
	workers.Shuffle(0)
}

// Several callers at once, with jobs that want different numbers of workers, and nested ones.
func TestManyCallers(t *testing.T) {
	var all sync.WaitGroup
	for k := range 16 {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := range 200 {
				c := newCount(5+k, 1+(k+i)%8, 50)
				workers.Run(c, 5+k, 1+(k+i)%8)
				c.check(t, 1)
			}
		}()
	}
	all.Wait()
}

type nested struct{ inner *count }

func (n nested) Do(task, _ int) {
	c := newCount(3, 4, 1)
	workers.Run(c, 3, 4)
	n.inner.done[task].Add(c.done[0].Load() + c.done[1].Load() + c.done[2].Load())
}

func TestNested(t *testing.T) {
	c := newCount(9, 4, 0)
	workers.Run(nested{c}, 9, 4)
	c.check(t, 3)
}

// A panic reaches the caller, after everything else is done, and the pool goes on.
func TestPanic(t *testing.T) {
	c := newCount(50, 3, 10)
	c.panics = 13
	func() {
		defer func() {
			if r := recover(); fmt.Sprint(r) != "on purpose" {
				t.Error(r)
			}
		}()
		workers.Run(c, 50, 3)
	}()
	c.check(t, 1)
	c = newCount(50, 3, 10)
	workers.Run(c, 50, 3)
	c.check(t, 1)
}

func TestNoAllocation(t *testing.T) {
	c := newCount(16, 4, 10)
	workers.Run(c, 16, 4)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 2000 {
		workers.Run(c, 16, 4)
	}
	runtime.ReadMemStats(&after)
	if n := after.Mallocs - before.Mallocs; n > 50 { // the runtime's own, and the test's
		t.Errorf("%d allocations in 2000 runs", n)
	}
}

// The collector and timers get their turn beside a loop that never rests. Bounds are ten times what is promised.
func TestLatency(t *testing.T) {
	var stop atomic.Bool
	fin := make(chan bool)
	go func() {
		c := newCount(16, 2, 40_000)
		for !stop.Load() {
			workers.Run(c, 16, 2)
		}
		fin <- true
	}()
	collect, late := time.Hour, time.Hour // the least: other programs cannot lengthen it
	for range 20 {
		at := time.Now()
		runtime.GC()
		collect = min(collect, time.Since(at))
		at = time.Now()
		time.Sleep(time.Millisecond)
		late = min(late, time.Since(at)-time.Millisecond)
	}
	stop.Store(true)
	<-fin
	t.Logf("runtime.GC %v, a 1 ms sleeper %v late", collect, late)
	if collect > 35*time.Millisecond || late > 10*time.Millisecond {
		t.Errorf("runtime.GC took %v, a sleeper woke %v late", collect, late)
	}
}

type empty struct{}

func (empty) Do(int, int) {}

// A fork and join of nothing: right after the one before, and after the caller was busy with something else for a while; also beside a
// process that takes as much of one core as it gets.
func BenchmarkForkJoin(b *testing.B) {
	for _, busy := range []bool{false, true} {
		for _, gap := range []time.Duration{0, 20 * time.Microsecond, 200 * time.Microsecond, 2 * time.Millisecond} {
			b.Run(fmt.Sprintf("gap %v, busy neighbour %v", gap, busy), func(b *testing.B) {
				if busy {
					defer neighbour(b)()
				}
				took := make([]time.Duration, 0, b.N)
				for range b.N {
					for at := time.Now(); time.Since(at) < gap; {
					}
					at := time.Now()
					workers.Run(empty{}, 2, 2)
					took = append(took, time.Since(at))
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Nanoseconds())/1e3, "µs-median")
				b.ReportMetric(float64(took[len(took)*99/100].Nanoseconds())/1e3, "µs-p99")
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// neighbour starts a process that never rests.
func neighbour(tb testing.TB) (stop func()) {
	c := exec.Command(os.Args[0], "-test.run", "^$")
	c.Env = append(os.Environ(), "KEDJA_NEIGHBOUR=1", "GOMAXPROCS=1")
	if err := c.Start(); err != nil {
		tb.Fatal(err)
	}
	return func() {
		_ = c.Process.Kill()
		_ = c.Wait()
	}
}

func TestMain(m *testing.M) {
	if os.Getenv("KEDJA_NEIGHBOUR") != "" {
		for at := time.Now(); time.Since(at) < time.Minute; {
		}
		return
	}
	os.Exit(m.Run())
}
