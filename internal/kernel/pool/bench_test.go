package pool

import (
	"math/rand/v2"
	"testing"
)

func square(n, size, window, stride, pad int) Shape {
	out := (size+2*pad-window)/stride + 1
	return Shape{
		N: n, In: [3]int{1, size, size}, Window: [3]int{1, window, window}, Out: [3]int{1, out, out},
		Stride: [3]int{1, stride, stride}, Dilation: [3]int{1, 1, 1}, Pad: [3]int{0, pad, pad},
	}
}

func BenchmarkPool(b *testing.B) {
	for name, s := range map[string]Shape{
		"2x2 of 24":           square(64*64, 24, 2, 2, 0),
		"2x2 of 12":           square(64*128, 12, 2, 2, 0),
		"3x3 stride 2 of 112": square(4*64, 112, 3, 2, 1),
		"whole planes of 7":   square(64*512, 7, 7, 7, 0),
		"3x3 stride 1 of 28":  square(64*32, 28, 3, 1, 1),
	} {
		in, out := volume(s.In), volume(s.Out)
		r := rand.New(rand.NewPCG(1, 2))
		x, y, index := finite[float32](r, s.N*in), finite[float32](r, s.N*out), make([]int32, s.N*out)
		measure := func(what string, f func()) {
			b.Run(name+"/"+what, func(b *testing.B) {
				for b.Loop() {
					f()
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(y)), "ns/output")
			})
		}
		measure("max", func() { MaxForward(s, 0, s.N, y, index, x) })
		measure("max backward", func() { MaxBackward(s, 0, s.N, x, y, index) })
		measure("avg", func() { AvgForward(s, 0, s.N, y, x, true) })
		measure("avg backward", func() { AvgBackward(s, 0, s.N, x, y, true) })
	}
}
