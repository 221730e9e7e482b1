package main

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/kedja-ml/kedja/graph"
)

// scale prints, for each model, what a second worker gains, beside what it gains a loop of multiplications and additions in registers, and
// what twice the batch costs in time and memory. Steps alternate, so that what else the machine does meets all alike; medians.
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
		var ms [3][]float64
		for start := time.Now(); len(ms[0]) < 5 || time.Since(start).Seconds() < s.seconds; {
			for i, r := range rs {
				if _, err := r.step(); err != nil { // the first after another plan finds its memory elsewhere
					return err
				}
				at := time.Now()
				for range 2 {
					if _, err := r.step(); err != nil {
						return err
					}
				}
				ms[i] = append(ms[i], time.Since(at).Seconds()*1e3/2)
			}
		}
		var mid [3]float64
		for i := range ms {
			slices.Sort(ms[i])
			mid[i] = ms[i][len(ms[i])/2]
		}
		var alone record
		if err := alone.time(rs[1], 0.2); err != nil {
			return err
		}
		memory := func(r runner) float64 { c := r.plan.Cost(); return float64(c.Arena + c.Output + c.Local) }
		fmt.Fprintf(w, "| %s | %.3f | %.3f | %.2f | %.2f | %.2f | %.2f |\n", m.name, mid[0], mid[1], mid[0]/mid[1], mid[2]/mid[1],
			memory(rs[2])/memory(rs[1]), alone.Allocs)
	}
	return nil
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
