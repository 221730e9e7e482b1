package rl

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
)

// Over many draws, an output has the mean of the layer without noise, and the variance Σᵢ xᵢ²·σ²·E|p|·E|q| + σ²·E|q| + the covariance that a
// shared q brings; E|e| of a standard normal is √(2/π).
func TestNoisyDense(t *testing.T) {
	const in, out, sigma = 3, 2, 0.6
	l := NewNoisyDense(rand.New(rand.NewPCG(1, 2)), in, out, sigma)
	x := []float32{0.5, -1, 2}
	run := func(m graph.Mode) func() []float32 {
		g := graph.New(m)
		node := g.Input("x", graph.Float32, 1, in)
		p, err := exec.Compile(g, exec.In(node), exec.Out(l.Forward(node)))
		if err != nil {
			t.Fatal(err)
		}
		return func() []float32 {
			y, err := p.RunBuffers(graph.BufferOf(x, 1, in))
			if err != nil {
				t.Fatal(err)
			}
			return graph.Data[float32](y[0])
		}
	}
	plain := run(graph.Evaluation)
	want := append([]float32(nil), plain()...)
	w, b := graph.Data[float32](l.W.Value()), graph.Data[float32](l.B.Value())
	for j := range out {
		sum := b[j]
		for i, v := range x {
			sum += v * w[i*out+j]
		}
		if math.Abs(float64(sum-want[j])) > 1e-6 {
			t.Error(j, want[j], sum)
		}
	}
	noisy := run(graph.Training)
	const n = 40_000
	var sum, square [out]float64
	for range n {
		for j, v := range noisy() {
			d := float64(v - want[j])
			sum[j] += d
			square[j] += d * d
		}
	}
	s2 := sigma * sigma / in
	e := math.Sqrt(2 / math.Pi)
	var variance float64 // of f(q)·(Σ xᵢ·f(pᵢ) + 1)·σ: f has mean 0 and E f² = E|e|
	for _, v := range x {
		variance += float64(v*v) * e
	}
	variance = s2 * e * (variance + 1)
	for j := range out {
		if m := sum[j] / n; math.Abs(m) > 5*math.Sqrt(variance/n) {
			t.Error("mean", m)
		}
		if v := square[j] / n; math.Abs(v/variance-1) > 0.1 {
			t.Error("variance", v, "want", variance)
		}
	}
}
