package optim_test

import (
	"bytes"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn/optim"
)

// Muon moves a layer's matrix [in out] as PyTorch moves the same layer's [out in].
func TestMuonTransposed(t *testing.T) {
	for _, dims := range [][2]int{{3, 5}, {5, 3}, {4, 4}, {1, 6}, {6, 1}} {
		rows, cols := dims[0], dims[1]
		run := func(transposed bool, scale func(in, out int) float64) []float64 {
			at := func(i int) int { return i }
			shape := graph.T(graph.Float64, rows, cols)
			if transposed {
				shape = graph.T(graph.Float64, cols, rows)
				at = func(i int) int { return i%rows*cols + i/rows }
			}
			p := graph.NewParam("p", buffer(shape, func(i int) float64 { return float64(at(i)%5) - 2 }))
			o, g := optim.NewMuon(one(p), optim.Constant(0.1), 0.1), graph.New(graph.Training)
			o.Scale = scale
			o.Update([]*node{g.Constant(buffer(shape, func(i int) float64 { return float64(7*at(i)%11) - 4 }))})
			step := compile(t, g, nil)
			for range 3 {
				if _, err := step.Run(); err != nil {
					t.Fatal(err)
				}
			}
			out, got := make([]float64, rows*cols), floats(p.Value())
			for i, v := range got {
				out[at(i)] = v
			}
			return out
		}
		if d := spread(run(true, nil), run(false, outIn)); d > 1e-10 {
			t.Errorf("%v: off by %.2g", dims, d)
		}
	}
}

// Muon moves filters [out in taps…] as it moves the matrix [in·taps out] of the same numbers.
func TestMuonFilters(t *testing.T) {
	for _, dims := range [][]int{{4, 2, 3, 3}, {20, 1, 3}, {6, 3, 1, 1, 2}} {
		out, each := dims[0], 1
		for _, d := range dims[1:] {
			each *= d
		}
		run := func(shape graph.Type, at func(i int) int) []float64 {
			p := graph.NewParam("p", buffer(shape, func(i int) float64 { return float64(at(i)%5) - 2 }))
			o, g := optim.NewMuon(one(p), optim.Constant(0.1), 0.1), graph.New(graph.Training)
			o.Update([]*node{g.Constant(buffer(shape, func(i int) float64 { return float64(7*at(i)%11) - 4 }))})
			step := compile(t, g, nil)
			for range 3 {
				if _, err := step.Run(); err != nil {
					t.Fatal(err)
				}
			}
			moved, got := make([]float64, out*each), floats(p.Value())
			for i, v := range got {
				moved[at(i)] = v
			}
			return moved
		}
		filters := run(graph.T(graph.Float64, dims...), func(i int) int { return i })
		matrix := run(graph.T(graph.Float64, each, out), func(i int) int { return i%out*each + i/out })
		if d := spread(filters, matrix); d > 1e-10 {
			t.Errorf("%v: off by %.2g", dims, d)
		}
	}
}

// Where sums run over matrices that are cut into tasks, the bits do not depend on the number of workers.
func TestWorkers(t *testing.T) {
	shape := graph.T(graph.Float32, 301, 203)
	for name, build := range map[string]func(p params) optim.Optimizer{
		"lamb": func(p params) optim.Optimizer { return optim.NewLAMB(p, optim.Constant(0.1), 0.1) },
		"muon": func(p params) optim.Optimizer { return optim.NewMuon(p, optim.Constant(0.1), 0.1) },
		"clipped": func(p params) optim.Optimizer {
			return optim.Through(optim.NewSGD(p, optim.Constant(0.1), 0.9), func(d []*node) []*node {
				d, _ = optim.ClipNorm(d, 0.1)
				return d
			})
		},
	} {
		var want []byte
		for _, workers := range []int{1, 2, 3, 8} {
			p := graph.NewParam("p", buffer(shape, func(i int) float64 { return float64(i%97)/100 - 0.4 }))
			g := graph.New(graph.Training)
			build(one(p)).Update([]*node{g.Constant(buffer(shape, func(i int) float64 { return float64(31*i%1009)/1000 - 0.3 }))})
			step, err := exec.Compile(g, exec.Workers(workers))
			if err != nil {
				t.Fatal(err)
			}
			for range 3 {
				if _, err := step.Run(); err != nil {
					t.Fatal(err)
				}
			}
			got := p.Value().Bytes()
			if want == nil {
				want = got
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s: %d workers give other bits than one", name, workers)
			}
		}
	}
}
