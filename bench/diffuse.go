package main

import (
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// A residual is a block of the denoiser: two convolutions, each after a group norm and SiLU, and between them a shift of each channel that
// depends on the time. Skip is nil for the identity.
type residual struct {
	Norm1, Norm2       *nn.GroupNorm
	Conv1, Conv2, Skip *nn.Conv
	Time               *nn.Dense
}

func (p *problem) residual(r *rand.Rand, in, out int) *residual {
	m := &residual{
		Norm1: nn.NewGroupNorm(8, in, p.with()...), Conv1: nn.NewConv2D(r, in, out, 3, p.with(nn.Padding(1))...),
		Norm2: nn.NewGroupNorm(8, out, p.with()...), Conv2: nn.NewConv2D(r, out, out, 3, p.with(nn.Padding(1))...),
		Time: nn.NewDense(r, timeWidth, out, p.with()...),
	}
	if in != out {
		m.Skip = nn.NewConv2D(r, in, out, 1, p.with()...)
	}
	return m
}

func (m *residual) forward(x, time *graph.Node) *graph.Node {
	h := m.Conv1.Forward(ops.SiLU(m.Norm1.Forward(x)))
	h = ops.Add(h, overImage(m.Time.Forward(time)))
	h = m.Conv2.Forward(ops.SiLU(m.Norm2.Forward(h)))
	if m.Skip != nil {
		x = m.Skip.Forward(x)
	}
	return ops.Add(x, h)
}

// A denoiser is a U-Net of two resolutions (Ronneberger et al., 2015; Ho et al., 2020).
type denoiser struct {
	Time1, Time2        *nn.Dense
	In, Down, Up, Out   *nn.Conv
	R1, R2, Mid, R3, R4 *residual
	Norm                *nn.GroupNorm
}

const timeWidth, frequencies, noiseSteps = 128, 16, 1000

// forward guesses the noise in x [N, 1, 28, 28] at times t [N].
func (m *denoiser) forward(x, t *graph.Node) *graph.Node {
	rate := make([]float64, frequencies)
	for i := range rate {
		rate[i] = math.Pow(10000, -float64(i)/frequencies)
	}
	angle := ops.Mul(ops.Unsqueeze(t, 1), ops.Cast(x.Graph().Constant(graph.BufferOf(rate)), x.Dtype()))
	time := ops.Concat(1, ops.Sin(angle), ops.Cos(angle))
	time = ops.SiLU(m.Time2.Forward(ops.SiLU(m.Time1.Forward(time))))
	s1 := m.R1.forward(m.In.Forward(x), time)
	s2 := m.R2.forward(m.Down.Forward(s1), time)
	h := m.R3.forward(ops.Concat(1, m.Mid.forward(s2, time), s2), time)
	h = m.Up.Forward(nn.UpsampleNearest(h, 2))
	h = m.R4.forward(ops.Concat(1, h, s1), time)
	return m.Out.Forward(ops.SiLU(m.Norm.Forward(h)))
}

// ddpm is one step of a diffusion model (Ho et al., 2020, algorithm 1).
func ddpm(d graph.Dtype, batch int) *problem {
	p, r := newProblem(d), blank()
	three := func(in, out int, opts ...nn.Option) *nn.Conv {
		return nn.NewConv2D(r, in, out, 3, p.with(append(opts, nn.Padding(1))...)...)
	}
	m := &denoiser{
		Time1: nn.NewDense(r, 2*frequencies, timeWidth, p.with()...), Time2: nn.NewDense(r, timeWidth, timeWidth, p.with()...),
		In: three(1, 32), Down: three(32, 32, nn.Stride(2)), Up: three(64, 64), Out: three(32, 1),
		R1: p.residual(r, 32, 32), R2: p.residual(r, 32, 64), Mid: p.residual(r, 64, 64), R3: p.residual(r, 128, 64), R4: p.residual(r, 96, 32),
		Norm: nn.NewGroupNorm(8, 32, p.with()...),
	}
	p.model("", m)
	x0, noise := p.input("x0", -1, 1, batch, 1, 28, 28), p.input("noise", -1.7, 1.7, batch, 1, 28, 28)
	t := p.index("t", noiseSteps, batch)
	signal, spread := make([]float64, noiseSteps), make([]float64, noiseSteps)
	kept := 1.0
	for i := range signal {
		kept *= 1 - (1e-4 + (0.02-1e-4)*float64(i)/(noiseSteps-1))
		signal[i], spread[i] = math.Sqrt(kept), math.Sqrt(1-kept)
	}
	at := func(table []float64) *graph.Node {
		return overImage(ops.Unsqueeze(ops.Gather(ops.Cast(p.g.Constant(graph.BufferOf(table)), d), t), 1))
	}
	x := ops.Add(ops.Mul(at(signal), x0), ops.Mul(at(spread), noise))
	return p.minimize(adam(m, 2e-4)(), nn.MSE(m.forward(x, ops.Cast(t, d)), noise))
}

// overImage makes [N, C, 1, 1] of [N, C].
func overImage(x *graph.Node) *graph.Node { return ops.Unsqueeze(ops.Unsqueeze(x, -1), -1) }
