package recipe

import "testing"

// BenchmarkMinAtar is the whole loop: acting, environment, memory and updates, in frames a second.
func BenchmarkMinAtar(b *testing.B) {
	for _, algorithm := range []string{"pqn", "dqn", "rainbow"} {
		b.Run(algorithm, func(b *testing.B) {
			r, err := Find("minatar-breakout", algorithm)
			if err != nil {
				b.Fatal(err)
			}
			if algorithm != "pqn" {
				if err := r.Set("Start=500"); err != nil {
					b.Fatal(err)
				}
			}
			loop, err := r.Loop(1, 1)
			if err != nil {
				b.Fatal(err)
			}
			step := func(until int) {
				for loop.Steps < until {
					if err := loop.Step(); err != nil {
						b.Fatal(err)
					}
				}
			}
			step(512)
			b.ResetTimer()
			step(512 + b.N)
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
		})
	}
}
