package main

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/kedja-ml/kedja/graph"
)

// scale prints, for each model, what a second worker gains, beside what it gains a loop of multiplications and additions in registers, and
// what twice the batch and twice the depth cost in time and memory. Steps alternate, so that what else the machine does meets all alike; medians.
func scale(w io.Writer, s settings) error {
	fmt.Fprintf(w, "a second worker gains a loop in registers %.2f\n\n", chains(1)*2/chains(2))
	fmt.Fprintf(w, "| case | one worker, ms | two, ms | gain | twice the batch: time | memory | allocations a step |\n|---|---|---|---|---|---|---|\n")
	for _, m := range models() {
		var rs [3]runner
		for i, with := range []struct{ workers, times int }{{1, 1}, {2, 1}, {2, 2}} {
			s.workers = with.workers
			var err error
			if rs[i], err = m.build(graph.Float32, m.batch*with.times).start(s.options()...); err != nil {
				return fmt.Errorf("%s: %w", m.name, err)
			}
		}
		mid, err := inTurn(rs[:], s.seconds)
		if err != nil {
			return err
		}
		var alone record
		if err := alone.time(rs[1], 0.2); err != nil {
			return err
		}
		fmt.Fprintf(w, "| %s | %.3f | %.3f | %.2f | %.2f | %.2f | %.2f |\n", m.name, mid[0], mid[1], mid[0]/mid[1], mid[2]/mid[1],
			rs[2].memory()/rs[1].memory(), alone.Allocs)
	}
	return deepen(w, s)
}

// deepen prints what twice the depth costs: twice the blocks, or twice the characters that a loop goes over.
func deepen(w io.Writer, s settings) error {
	fmt.Fprintf(w, "\n| twice the depth | once, ms | twice, ms | time | memory |\n|---|---|---|---|---|\n")
	for _, c := range []struct {
		name  string
		build func(d graph.Dtype, batch, depth int) *problem
		batch int
		depth int
	}{{"resnet-b32", deepResNet, 32, 3}, {"gpt-b8", deepGPT, 8, 6}, {"lstm-b32", longLSTM, 32, 64}} {
		var rs [2]runner
		for i := range rs {
			var err error
			if rs[i], err = c.build(graph.Float32, c.batch, c.depth*(i+1)).start(s.options()...); err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
		}
		ms, err := inTurn(rs[:], s.seconds)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "| %s | %.3f | %.3f | %.2f | %.2f |\n", c.name, ms[0], ms[1], ms[1]/ms[0], rs[1].memory()/rs[0].memory())
	}
	return nil
}

// memory is that of the plan.
func (r runner) memory() float64 { c := r.plan.Cost(); return float64(c.Arena + c.Output + c.Local) }

// inTurn is how many milliseconds a step of each takes: medians.
func inTurn(rs []runner, seconds float64) ([]float64, error) {
	ms, mid := make([][]float64, len(rs)), make([]float64, len(rs))
	for start := time.Now(); len(ms[0]) < 5 || time.Since(start).Seconds() < seconds; {
		for i, r := range rs {
			if _, err := r.step(); err != nil { // the first after another plan finds its memory elsewhere
				return nil, err
			}
			at := time.Now()
			for range 2 {
				if _, err := r.step(); err != nil {
					return nil, err
				}
			}
			ms[i] = append(ms[i], time.Since(at).Seconds()*1e3/2)
		}
	}
	for i := range ms {
		mid[i] = middle(ms[i])
	}
	return mid, nil
}

// chains is how many seconds n goroutines at once take for eight chains of multiplications and additions each: the best of five.
func chains(n int) (best float64) {
	for try := range 5 {
		var all sync.WaitGroup
		at := time.Now()
		for range n {
			all.Go(func() {
				a := [8]float64{1, 2, 3, 4, 5, 6, 7, 8}
				for range 10_000_000 {
					a[0], a[1], a[2], a[3] = a[0]*0.5+1, a[1]*0.5+1, a[2]*0.5+1, a[3]*0.5+1
					a[4], a[5], a[6], a[7] = a[4]*0.5+1, a[5]*0.5+1, a[6]*0.5+1, a[7]*0.5+1
				}
				sink(a)
			})
		}
		all.Wait()
		if s := time.Since(at).Seconds(); try == 0 || s < best {
			best = s
		}
	}
	return best
}

//go:noinline
func sink([8]float64) {}
