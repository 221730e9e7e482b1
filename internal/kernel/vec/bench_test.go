package vec

import "testing"

// BenchmarkVec reports nanoseconds an element, at a length whose operands fit in the first-level cache.
func BenchmarkVec(b *testing.B) {
	b.Run("float32", bench[float32])
	b.Run("float64", bench[float64])
}

func bench[T Float](b *testing.B) {
	const n = 4096
	x, y, z, c := make([]T, n), make([]T, n), make([]T, n), make([]bool, n)
	for i := range x {
		x[i], y[i], c[i] = T(i%17)-8, T(i%5)+1, i%3 == 0
	}
	run := func(name string, n int, f func()) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				f()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/element")
		})
	}
	for _, f := range all[T]() {
		run(f.name, n, func() { f.f(z, x, y) })
	}
	for _, f := range slopes[T]() {
		run(f.name, n, func() { f.f(z, x, y) })
	}
	run("Add of 8", 8, func() { Add(z[:8], x, y) })
	run("Add of 7", 7, func() { Add(z[:7], x, y) })
	run("Less", n, func() { Less(c, x, y) })
	run("Select", n, func() { Select(z, c, x, y) })
	run("Fill", n, func() { Fill(z, 1) })
	run("Sum", n, func() { Sum(x) })
	run("Sum of 64", 64, func() { Sum(x[:64]) })
	run("Dot", n, func() { Dot(x, y) })
	run("SumSquaresShift", n, func() { SumSquaresShift(x, 1) })
	run("ExpSumShift", n, func() { ExpSumShift(z, x, 8) })
	run("ExpSumShift of 10", 10, func() { ExpSumShift(z[:10], x[:10], 8) })
	run("Max", n, func() { Max(x) })
	run("HasNaN", n, func() { HasNaN(x) })
	run("NonFinite", n, func() { NonFinite(x) })
}
