//go:build amd64 && !noasm

package gemm

import "testing"

// BenchmarkPeak multiplies and adds in registers alone: what BenchmarkGEMM can at most reach on one core.
func BenchmarkPeak(b *testing.B) {
	if level == plain {
		b.Skip("no vector instructions in use")
	}
	for _, f := range []struct {
		name  string
		isa   isa
		lanes int
		run   func(int)
	}{
		{"float32/avx2", avx2, 8, peakfloat32AVX2},
		{"float64/avx2", avx2, 4, peakfloat64AVX2},
		{"float32/avx512", avx512, 16, peakfloat32AVX512},
		{"float64/avx512", avx512, 8, peakfloat64AVX512},
	} {
		if f.isa > level {
			continue
		}
		b.Run(f.name, func(b *testing.B) {
			const turns = 1000
			for b.Loop() {
				f.run(turns)
			}
			b.ReportMetric(turns*24*2*float64(f.lanes)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
		})
	}
}
