package main

import (
	"math"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"github.com/kedja-ml/kedja/internal/workers"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/nn/optim"
	"github.com/kedja-ml/kedja/ops"
)

// softmaxXent is the cross-entropy of 128 rows of 32768 classes, and its gradient.
func softmaxXent(d graph.Dtype) *problem {
	p := newProblem(d)
	x, y := p.input("x", -1.7, 1.7, 128, 32768), p.index("y", 32768, 128)
	loss := nn.CrossEntropy(x, y)
	p.out = []*graph.Node{loss, autodiff.Grad(loss, x)[0]}
	return p
}

// layerNorm is a layer norm of 1024 rows of 768, and the cotangents of x, scale and shift.
func layerNorm(d graph.Dtype) *problem {
	p := newProblem(d)
	l := nn.NewLayerNorm(768, p.with()...)
	p.model("", l)
	x, dy := p.input("x", -1.7, 1.7, 1024, 768), p.input("dy", -1.7, 1.7, 1024, 768)
	y := l.Forward(x)
	p.out = []*graph.Node{y}
	return p.pull(y, dy, x, p.g.Use(l.Scale), p.g.Use(l.Shift))
}

func geluErf(d graph.Dtype) *problem  { return activation(d, ops.GELU) }
func geluTanh(d graph.Dtype) *problem { return activation(d, ops.GELUTanh) }

// activation is f of four million elements, and the cotangent of x.
func activation(d graph.Dtype, f func(x *graph.Node) *graph.Node) *problem {
	p := newProblem(d)
	x, dy := p.input("x", -1.7, 1.7, 4<<20), p.input("dy", -1.7, 1.7, 4<<20)
	y := f(x)
	p.out = []*graph.Node{y}
	return p.pull(y, dy, x)
}

// untrapped is a case with the trap off: its parameters are written in place.
func untrapped(c benchCase) benchCase {
	return benchCase{c.name, func(s settings) (runner, error) {
		s.noTrap = true
		return c.start(s)
	}}
}

// adam10m is one update of ten million weights by a gradient that is fed.
func adam10m(d graph.Dtype) *problem {
	p := newProblem(d)
	w := graph.NewParam("w", formula("w", graph.T(d, 10_000_000), -1, 1))
	p.params = []named{{"w", w}}
	m := struct{ W *graph.Param }{w}
	optim.NewAdam(nn.Params(m), optim.Constant(1e-3)).Update([]*graph.Node{p.input("dw", -1, 1, 10_000_000)})
	return p
}

// The convolution of the single operations: 3×3, 64 to 64 channels, on 32 images of 56×56.
func (p *problem) conv() (x *graph.Node, c *nn.Conv) {
	c = nn.NewConv2D(blank(), 64, 64, 3, p.with(nn.Padding(1))...)
	p.model("", c)
	return p.input("x", -1.7, 1.7, 32, 64, 56, 56), c
}

func convForward(d graph.Dtype) *problem {
	p := newProblem(d)
	x, c := p.conv()
	p.out = []*graph.Node{c.Forward(x)}
	return p
}

// convBackward is the cotangents of x, filters and bias; the forward pass is not needed for them.
func convBackward(d graph.Dtype) *problem {
	p := newProblem(d)
	x, c := p.conv()
	dy := p.input("dy", -1.7, 1.7, 32, 64, 56, 56)
	return p.pull(c.Forward(x), dy, x, p.g.Use(c.W), p.g.Use(c.B))
}

// convolution is a case under one Rounding, whatever the settings say, with its error beside it: by the direct kernels, by Winograd's in tiles
// of 2×2, which are the default, or of 4×4.
func convolution(name string, build func(d graph.Dtype) *problem, allowed graph.Rounding) benchCase {
	return benchCase{name, func(s settings) (runner, error) {
		s.rounding = allowed
		p := build(graph.Float32)
		r, err := p.start(s.options()...)
		r.deviation = func() (float64, error) { return p.deviation(build(graph.Float64), s) }
		return r, err
	}}
}

// deviation is the largest error of an output, of its largest magnitude, against the same problem in float64.
func (p *problem) deviation(exact *problem, s settings) (worst float64, err error) {
	got, err := p.outputs(s)
	if err != nil {
		return 0, err
	}
	want, err := exact.outputs(s)
	if err != nil {
		return 0, err
	}
	for i, b := range got {
		largest, off := 0.0, 0.0
		for j, w := range graph.Data[float64](want[i]) {
			largest, off = max(largest, math.Abs(w)), max(off, math.Abs(float64(graph.Data[float32](b)[j])-w))
		}
		worst = max(worst, off/largest)
	}
	return worst, nil
}

func (p *problem) outputs(s settings) ([]graph.Buffer, error) {
	plan, err := exec.Compile(p.g, append(s.options(), exec.In(p.in...), exec.Out(p.out...))...)
	if err != nil {
		return nil, err
	}
	return plan.RunBuffers(p.feed...)
}

// product is C = A·B on the pool, without a graph.
func product(m, k, n int) func(settings) (runner, error) {
	return func(s settings) (runner, error) {
		cores := s.workers
		p := gemm.New[float32](m, n, k, false, false)
		a, b := formula("a", graph.T(graph.Float32, m, k), -1.7, 1.7), formula("b", graph.T(graph.Float32, k, n), -1.7, 1.7)
		j := &job{p: p, a: graph.Data[float32](a), b: graph.Data[float32](b), c: zeros(m * n), scratch: zeros(p.Scratch())}
		for range cores {
			j.local = append(j.local, make([]float32, p.Local()))
		}
		step := func() (float64, error) {
			for phase, tasks := range p.Phases() {
				j.phase = phase
				workers.Run(j, tasks, cores)
			}
			return 0, nil
		}
		result := func() []graph.Buffer { return []graph.Buffer{graph.BufferOf(j.c, m, n)} }
		return runner{step: step, flops: 2 * int64(m) * int64(n) * int64(k), result: result}, nil
	}
}

type job struct {
	p                gemm.Plan
	phase            int
	a, b, c, scratch []float32
	local            [][]float32
}

func (j *job) Do(task, worker int) {
	gemm.Run(j.p, j.phase, task, j.c, j.a, j.b, nil, j.scratch, j.local[worker])
}

// zeros is memory as a plan has it.
func zeros(n int) []float32 { return graph.Data[float32](graph.NewBuffer(graph.T(graph.Float32, n))) }
