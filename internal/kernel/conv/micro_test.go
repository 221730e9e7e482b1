package conv

import (
	"fmt"
	"sync"
	"testing"
)

func BenchmarkTile(b *testing.B) {
	for _, cfg := range [][4]int{{14, 1, 2, 96}, {14, 1, 2, 576}, {14, 1, 2, 1024}, {11, 1, 2, 576}, {8, 1, 2, 576}, {14, 1, 1, 144}, {11, 1, 1, 144}, {3, 4, 2, 504}, {3, 4, 1, 504}, {1, 10, 2, 504}} {
		for _, workers := range []int{1, 2} {
			n, s, v, count := cfg[0], cfg[1], cfg[2], cfg[3]
			b.Run(fmt.Sprint(n, "x", s, "x", v, "/", count, "/", workers), func(b *testing.B) {
				var wg sync.WaitGroup
				iters := b.N
				for range workers {
					wg.Go(func() {
						table := make([]int32, count)
						for i := range table {
							table[i] = int32(i/9*600 + i%9/3*58 + i%3)
						}
						data := make([]float32, 700*(count/9+2)+4000)
						panel := make([]float32, 32*count)
						c := make([]float32, 32*14)
						bases := []int{0, 59, 700, 800, 830, 850, 900, 1000, 1100, 1200}[:s]
						for i := 0; i < iters; i++ {
							tile(32, 16*v, n, bases, data, table, int(table[count-1]), panel, c, false)
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(workers)*float64(b.N)*2*float64(n*s*v*16*count)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
			})
		}
	}
}
