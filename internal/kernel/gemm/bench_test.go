package gemm

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
)

// spread is what executing a plan costs: a task is taken by whichever worker is free, and workers spin between phases.
type spread[T Float] struct {
	Plan
	c, a, b, scratch []T
	local            [][]T
	next, done       [2]atomic.Int64
}

func newSpread[T Float](p Plan, workers int) *spread[T] {
	s := &spread[T]{Plan: p, c: ones[T](p.M * p.N), a: ones[T](p.M * p.K), b: ones[T](p.K * p.N), scratch: ones[T](p.Scratch())}
	for range workers {
		s.local = append(s.local, ones[T](p.Local()))
	}
	return s
}

func ones[T Float](n int) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = 1
	}
	return s
}

// work takes tasks of the round-th run until none is left.
func (s *spread[T]) work(worker, round int) {
	for phase, n := range s.Phases() {
		end := int64(n * (round + 1))
		for {
			t := s.next[phase].Load()
			if t >= end {
				break
			}
			if s.next[phase].CompareAndSwap(t, t+1) {
				Run(s.Plan, phase, int(t)-n*round, s.c, s.a, s.b, nil, s.scratch, s.local[worker])
				s.done[phase].Add(1)
			}
		}
		for spins := 0; s.done[phase].Load() < end; spins++ {
			if spins > 1<<10 {
				runtime.Gosched()
			}
		}
	}
}

func (s *spread[T]) runs(n int) {
	var g sync.WaitGroup
	for w := 1; w < len(s.local); w++ {
		g.Go(func() {
			for i := range n {
				s.work(w, i)
			}
		})
	}
	for i := range n {
		s.work(0, i)
	}
	g.Wait()
	s.next, s.done = [2]atomic.Int64{}, [2]atomic.Int64{}
}

func benchmark[T Float](b *testing.B, m, n, k int, ta, tb bool, workers int) {
	s := newSpread[T](New[T](m, n, k, ta, tb), workers)
	s.runs(1)
	b.ResetTimer()
	s.runs(b.N)
	b.StopTimer()
	b.ReportMetric(2*float64(m)*float64(n)*float64(k)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}

func BenchmarkGEMM(b *testing.B) {
	for _, workers := range []int{1, 2} {
		for _, s := range [][3]int{
			{64, 64, 64},
			{128, 128, 128},
			{256, 256, 256},
			{512, 512, 512},
			{1024, 1024, 1024},
			{128, 784, 256},
			{64, 128, 9216},
		} {
			b.Run(fmt.Sprintf("float32/%dx%dx%d/NN/workers=%d", s[0], s[1], s[2], workers), func(b *testing.B) {
				benchmark[float32](b, s[0], s[1], s[2], false, false, workers)
			})
		}
		for _, tr := range []struct {
			name   string
			ta, tb bool
		}{{"NT", false, true}, {"TN", true, false}, {"TT", true, true}} {
			b.Run(fmt.Sprintf("float32/512x512x512/%s/workers=%d", tr.name, workers), func(b *testing.B) {
				benchmark[float32](b, 512, 512, 512, tr.ta, tr.tb, workers)
			})
		}
		b.Run(fmt.Sprintf("float64/512x512x512/NN/workers=%d", workers), func(b *testing.B) {
			benchmark[float64](b, 512, 512, 512, false, false, workers)
		})
	}
}
