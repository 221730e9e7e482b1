package augment_test

import (
	"testing"

	"github.com/kedja-ml/kedja/data"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/vision/augment"
)

// BenchmarkLoader makes batches of images like MNIST's, shifted, turned and scaled: the figure that counts is images a second.
func BenchmarkLoader(b *testing.B) {
	const n, batch = 10_000, 128
	levels := make([]uint8, n*784)
	for i := range levels {
		if p := i % 784; p%28 > 7 && p%28 < 20 && p/28 > 4 && p/28 < 23 {
			levels[i] = uint8(i * 37 % 251)
		}
	}
	images, err := data.Arrays(graph.BufferOf(levels, n, 28, 28), graph.BufferOf(make([]int32, n), n))
	if err != nil {
		b.Fatal(err)
	}
	for name, c := range map[string]data.Config{
		"both cores": {Workers: 2}, "prefetched by 1": {Prefetch: 2, Workers: 1}, "prefetched by 2": {Prefetch: 4, Workers: 2},
	} {
		for kind, vary := range map[string]uint64{"as they are": 0, "varied": 1} {
			b.Run(name+"/"+kind, func(b *testing.B) {
				c.Batch, c.Order, c.Vary = batch, data.Shuffled{Seed: 1}, vary
				set := data.Map(images, []graph.Type{graph.T(graph.Float32, 1, 28, 28), graph.T(graph.Int32)},
					func(seed uint64, in, out []graph.Buffer) error {
						x := graph.Data[float32](out[0])
						if seed == 0 {
							for i, p := range graph.Data[uint8](in[0]) {
								x[i] = float32(p) / 255
							}
						} else {
							augment.Affine{Shift: 2, Rotate: 12, Scale: 0.08}.Apply(x, graph.Data[uint8](in[0]), 28, 28, 1.0/255, 0, seed)
						}
						copy(out[1].Bytes(), in[1].Bytes())
						return nil
					})
				l, err := data.NewLoader(set, c)
				if err != nil {
					b.Fatal(err)
				}
				defer l.Close()
				b.ReportAllocs()
				for b.Loop() {
					if _, err := l.Next(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(b.N*batch)/b.Elapsed().Seconds(), "images/s")
			})
		}
	}
}
