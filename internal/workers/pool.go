package workers

import (
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A Job is a list of tasks. Do may be called for several tasks at once; no two calls at once have the same worker.
type Job interface{ Do(task, worker int) }

// The number of a task takes so many bits of an offer, in which there is room for two, and the number of workers.
const (
	taskBits  = 28
	mostTasks = 1<<taskBits - 1
)

// Max bounds the pool, whatever a caller asks for.
const Max = 64

// Run calls job.Do for each task in [0, tasks) and returns when all are done. The caller takes part as worker 0; at most
// workers take part. Where the pool is busy with another Run, and for a Run within a task, the caller does all tasks
// itself. A panic of a task is repeated in the caller once all others are done. Run allocates nothing once the pool has grown.
func Run(job Job, tasks, workers int) {
	if tasks > 1 && workers > 1 && tasks <= mostTasks && shared.owner.TryLock() {
		shared.run(job, tasks, min(workers, tasks, Max))
		return
	}
	for t := range tasks {
		job.Do(t, 0)
	}
}

var shared = pool{done: make(chan struct{}, 1)}

// A pool is a set of goroutines, and the job in hand.
type pool struct {
	owner sync.Mutex // held by the Run whose job it is
	hands []*hand    // worker i+1; grows, never shrinks; only the owner looks

	// Of the job, written before it is offered, read after a task is claimed.
	job   Job
	tasks int
	seed  uint64

	turn atomic.Uint64 // counts the jobs
	_    [56]byte
	// offer holds the number of workers wanted and the range of tasks not yet claimed. A worker claims by replacing the whole word, so
	// that a late one cannot take a task of a later job that does not want it. The owner claims from the front, the others from the back:
	// what a step has left in a core's cache is likely what its next one reads there.
	offer   atomic.Uint64
	_       [56]byte
	pending atomic.Int64 // tasks not yet done
	_       [56]byte
	blocked atomic.Bool // the owner waits on done
	done    chan struct{}
	failure atomic.Pointer[any]
	order   atomic.Uint64
	yielded time.Duration // when the owner last yielded
}

// A hand is one goroutine of the pool.
type hand struct {
	id     int
	asleep atomic.Bool
	wake   chan struct{}
}

func (p *pool) run(job Job, tasks, workers int) {
	for len(p.hands) < workers-1 {
		h := &hand{id: len(p.hands) + 1, wake: make(chan struct{}, 1)}
		p.hands = append(p.hands, h)
		go p.serve(h, p.turn.Load())
	}
	p.job, p.tasks, p.seed = job, tasks, p.order.Load()
	p.pending.Store(int64(tasks))
	p.offer.Store(uint64(workers)<<(2*taskBits) | uint64(tasks)<<taskBits)
	p.turn.Add(1)
	for _, h := range p.hands[:workers-1] {
		if h.asleep.CompareAndSwap(true, false) {
			h.wake <- struct{}{}
		}
	}
	p.yielded = p.work(0, p.yielded)
	p.join()
	p.job = nil
	failure := p.failure.Swap(nil)
	p.owner.Unlock()
	if failure != nil {
		panic(*failure)
	}
}

// work does tasks until none is left. It yields now and then, and returns when it last did.
func (p *pool) work(worker int, yielded time.Duration) time.Duration {
	for {
		o := p.offer.Load()
		lo, hi, wanted := int(o&mostTasks), int(o>>taskBits&mostTasks), int(o>>(2*taskBits))
		if lo == hi || worker >= wanted {
			return yielded
		}
		task, next := lo, o+1
		if worker > 0 {
			task, next = hi-1, o-1<<taskBits
		}
		if !p.offer.CompareAndSwap(o, next) {
			continue
		}
		p.do(p.permuted(task), worker)
		if p.pending.Add(-1) == 0 && p.blocked.CompareAndSwap(true, false) {
			p.done <- struct{}{}
		}
		yielded = yield(yielded)
	}
}

func (p *pool) do(task, worker int) {
	defer func() {
		if r := recover(); r != nil {
			v := r // its own, so that r need not be on the heap
			p.failure.CompareAndSwap(nil, &v)
		}
	}()
	p.job.Do(task, worker)
}

// join waits until all tasks are done: it spins, then blocks.
func (p *pool) join() {
	if spin(func() bool { return p.pending.Load() == 0 }) {
		return
	}
	p.blocked.Store(true)
	if p.pending.Load() == 0 && p.blocked.CompareAndSwap(true, false) {
		return
	}
	<-p.done
}

// serve is the life of a worker: turn is the last job it knows of.
func (p *pool) serve(h *hand, turn uint64) {
	var yielded time.Duration
	for {
		turn = p.await(h, turn)
		yielded = p.work(h.id, yielded)
	}
}

// await returns the number of the next job: it spins, then sleeps.
func (p *pool) await(h *hand, turn uint64) uint64 {
	for {
		if spin(func() bool { return p.turn.Load() != turn }) {
			return p.turn.Load()
		}
		h.asleep.Store(true)
		if t := p.turn.Load(); t != turn && h.asleep.CompareAndSwap(true, false) {
			return t
		}
		<-h.wake
	}
}

// spin waits for done, for about a millisecond, and reports whether it came. To wake who sleeps takes 15 µs, and the thread may be put on a
// core that is taken, to wait there for milliseconds; so whoever comes between two steps of a training loop finds the workers awake. Every
// 50 µs other goroutines get their turn.
func spin(done func() bool) bool {
	for range 20 {
		for i := range 600 {
			if done() {
				return true
			}
			relax(i)
		}
		runtime.Gosched()
	}
	return done()
}

// interval is how long a worker may keep its processor.
const interval = 400 * time.Microsecond

var start = time.Now()

// yield lets other goroutines run if the last time is an interval ago.
func yield(last time.Duration) time.Duration {
	now := time.Since(start)
	if now-last < interval {
		return last
	}
	runtime.Gosched()
	return time.Since(start)
}

// Shuffle makes all later Runs claim their tasks in another order, which must not change any result; for tests. 0 restores
// the natural order.
func Shuffle(seed uint64) { shared.order.Store(seed) }

// permuted maps a task's number to another one, one to one.
func (p *pool) permuted(i int) int {
	if p.seed == 0 {
		return i
	}
	n := uint64(p.tasks)
	step := p.seed%n | 1
	for gcd(step, n) != 1 {
		step++
	}
	return int((uint64(i)*step + p.seed) % n)
}

func gcd(a, b uint64) uint64 {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
