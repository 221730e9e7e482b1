package conv

import (
	"fmt"
	"testing"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
)

func BenchmarkConv(b *testing.B) {
	for _, s := range []Shape{
		plain2d(64, 1, 32, 28, 3, 1, 0),
		plain2d(64, 32, 64, 26, 3, 1, 0),
		plain2d(32, 64, 64, 56, 3, 1, 1),
		plain2d(64, 16, 32, 28, 5, 1, 2),
		plain2d(8, 3, 64, 224, 7, 2, 3),
		plain2d(32, 64, 128, 56, 3, 2, 1),
		plain2d(32, 256, 256, 14, 3, 1, 1),
		plain2d(32, 512, 512, 7, 3, 1, 1),
		plain2d(32, 256, 64, 56, 1, 1, 0),
		plain2d(1, 64, 64, 56, 3, 1, 1),
		plain2d(64, 64, 128, 14, 4, 2, 1),
		plain2d(32, 16, 16, 32, 3, 1, 1),
		plain2d(32, 16, 32, 32, 3, 2, 1),
		plain2d(32, 64, 3, 32, 5, 1, 2),
	} {
		for _, role := range roles {
			for _, workers := range []int{1, 2} {
				benchmark[float32](b, s, role, workers)
			}
		}
	}
	depthwise := plain2d(32, 128, 128, 28, 3, 1, 1)
	depthwise.Groups = 128
	for _, role := range roles {
		benchmark[float32](b, depthwise, role, 2)
	}
	benchmark[float64](b, plain2d(64, 32, 64, 26, 3, 1, 0), Y, 2)
}

func benchmark[T gemm.Float](b *testing.B, s Shape, role Role, workers int) {
	name := fmt.Sprintf("%dx%dx%d_to_%d_%dx%d_stride%d_pad%d_groups%d/%s/workers%d", s.N, s.C, s.In[2], s.K,
		s.Filter[2], s.Filter[2], s.Stride[2], s.Pad[2], s.Groups, [...]string{"x", "w", "y"}[role], workers)
	b.Run(name, func(b *testing.B) {
		p := newRunner[T](s, role, workers)
		for b.Loop() {
			p.run()
		}
		b.ReportMetric(s.flops()*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
	})
}
