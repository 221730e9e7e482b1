package main

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// roofline prints, for each model, what would bound its step if products and convolutions ran at the rate of multiplications and additions in
// registers, and all other steps read and wrote memory at the rate of a stream, one after the other; and what share of that is reached.
// Rates and steps are measured in turn, so that what else the machine does meets all alike; medians.
func roofline(w io.Writer, s settings) error {
	fmt.Fprintf(w, "| case | GFLOP | other MB | peak, GFLOP/s | stream, GB/s | limit, ms | measured, ms | share |\n|---|---|---|---|---|---|---|---|\n")
	streams := newStreams(s.workers)
	for _, m := range models() {
		r, err := m.build(graph.Float32, m.batch).start(s.options()...)
		if err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
		var peaks, rates, ms []float64
		for start := time.Now(); len(ms) < 5 || time.Since(start).Seconds() < s.seconds; {
			peaks, rates = append(peaks, atPeak(s.workers)), append(rates, streams.rate())
			for i := range 4 {
				at := time.Now()
				if _, err := r.step(); err != nil {
					return err
				}
				if i > 0 { // the first finds its memory elsewhere
					ms = append(ms, time.Since(at).Seconds()*1e3)
				}
			}
		}
		peak, rate, took, cost := middle(peaks), middle(rates), middle(ms), r.plan.Cost()
		limit := float64(cost.Flops)/peak/1e6 + float64(cost.Bytes)/rate/1e6
		fmt.Fprintf(w, "| %s | %.3f | %.2f | %.0f | %.1f | %.3f | %.3f | %.0f %% |\n", m.name, float64(cost.Flops)/1e9, float64(cost.Bytes)/1e6, peak, rate,
			limit, took, 100*limit/took)
	}
	return nil
}

func middle(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// atOnce runs f(i) on n goroutines and returns how many seconds that takes.
func atOnce(n int, f func(i int)) float64 {
	var all sync.WaitGroup
	at := time.Now()
	for i := range n {
		all.Go(func() { f(i) })
	}
	all.Wait()
	return time.Since(at).Seconds()
}

// atPeak is how many multiplications and additions in registers n cores do, 1e9 a second.
func atPeak(n int) float64 {
	const times = 1000
	flops := make([]int, n)
	took := atOnce(n, func(i int) {
		for range times {
			flops[i] = gemm.Peak()
		}
	})
	return float64(n*times*flops[0]) / took / 1e9
}

// streams are three arrays of each core, 32 MB of each kind in all: with a model's memory they share what caches there are.
type streams [][3][]float32

func newStreams(cores int) streams {
	s := make(streams, cores)
	for i := range s {
		for k := range s[i] {
			s[i][k] = make([]float32, 8<<20/cores)
			for j := range s[i][k] {
				s[i][k][j] = 1
			}
		}
	}
	return s
}

// rate is how many bytes a = b + 0.5·c reads and writes, 1e9 a second (McCalpin's triad).
func (s streams) rate() float64 {
	const times, piece = 2, 1 << 13
	bytes := 0
	took := atOnce(len(s), func(i int) {
		for range times {
			a, b, c := s[i][0], s[i][1], s[i][2]
			for ; len(a) > 0; a, b, c = a[piece:], b[piece:], c[piece:] {
				vec.AddScaled(a[:piece], b[:piece], c[:piece], 0.5)
			}
		}
	})
	for _, x := range s {
		bytes += 3 * 4 * len(x[0])
	}
	return float64(times*bytes) / took / 1e9
}
