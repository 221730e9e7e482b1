package attention

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// Heads of self-attention on one core. The rate counts the products over the keys that a query sees, five of them backward.
func BenchmarkAttention(b *testing.B) {
	for _, s := range [][2]int{{64, 32}, {128, 32}, {128, 64}, {512, 64}} {
		n, d := s[0], s[1]
		p := &Plan{Batch: 4, Heads: 6, KVHeads: 6, T: n, S: n, D: d, Dv: d, Causal: true, Scale: 0.2}
		p.lay(true, 0)
		c := draw[float32](p, rand.New(rand.NewPCG(1, 2)), 0)
		flops := 0.5 * float64(n*(n+1)) * float64(2*d)
		rate := func(b *testing.B, products float64) {
			b.ReportMetric(products*flops*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
		}
		forward := poison[float32](Local[float32](p))
		b.Run(fmt.Sprintf("forward/%dx%d", n, d), func(b *testing.B) {
			for i := range b.N {
				Forward(p, i%p.Units(), c.Y, c.Lse, c.Q, c.K, c.V, &c.Masks, forward)
			}
			rate(b, 2*float64(p.Batch*p.Heads)/float64(p.Units()))
		})
		backward := poison[float32](BackwardLocal[float32](p))
		b.Run(fmt.Sprintf("backward/%dx%d", n, d), func(b *testing.B) {
			for i := range b.N {
				Backward(p, 0, i%p.BackwardUnits()[0], c, backward)
			}
			rate(b, 5)
		})
	}
}
