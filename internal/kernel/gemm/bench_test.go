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

// BenchmarkGEMM has squares, and what models multiply: layers of 128 rows, a transformer's 1024, an LSTM's 32, and their gradients.
func BenchmarkGEMM(b *testing.B) {
	for _, workers := range []int{1, 2} {
		for _, s := range []struct {
			m, n, k int
			trans   string
		}{
			{64, 64, 64, "NN"},
			{128, 128, 128, "NN"},
			{256, 256, 256, "NN"},
			{512, 512, 512, "NN"},
			{512, 512, 512, "NT"},
			{512, 512, 512, "TN"},
			{512, 512, 512, "TT"},
			{1024, 1024, 1024, "NN"},
			{128, 784, 256, "NN"},
			{128, 784, 256, "NT"},
			{128, 256, 784, "NN"},
			{784, 256, 128, "TN"},
			{64, 128, 9216, "NN"},
			{64, 9216, 128, "NT"},
			{9216, 128, 64, "TN"},
			{1024, 768, 192, "NN"},
			{1024, 192, 768, "NT"},
			{192, 768, 1024, "TN"},
			{1024, 192, 768, "NN"},
			{1024, 768, 192, "NT"},
			{768, 192, 1024, "TN"},
			{32, 1024, 256, "NN"},
			{32, 256, 1024, "NT"},
			{256, 1024, 2048, "TN"},
			{128, 120, 4, "NN"}, // a Q-network's, whose columns fill no panel
			{128, 84, 120, "NN"},
			{128, 120, 84, "NT"},
			{120, 84, 128, "TN"},
			{128, 2, 84, "NN"},
			{128, 10, 256, "NN"},
			{256, 10, 128, "TN"},
			{1024, 65, 192, "NN"},
			{64, 49, 512, "NN"},
		} {
			shape := fmt.Sprintf("%dx%dx%d/%s/workers=%d", s.m, s.n, s.k, s.trans, workers)
			ta, tb := s.trans[0] == 'T', s.trans[1] == 'T'
			b.Run("float32/"+shape, func(b *testing.B) { benchmark[float32](b, s.m, s.n, s.k, ta, tb, workers) })
			if s.m == 512 || s.m == 1024 && s.k == 1024 {
				b.Run("float64/"+shape, func(b *testing.B) { benchmark[float64](b, s.m, s.n, s.k, ta, tb, workers) })
			}
		}
	}
}
