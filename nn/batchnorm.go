package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// BatchNorm standardises each channel (Ioffe & Szegedy, 2015): over the batch in training, by running statistics in
// evaluation.
//
//	y = (x − mean)·(var + Eps)^−½·Scale + Shift
//
// x is [N, C] or [N, C, spatial...]; statistics are per channel C. In training the running statistics follow by
// running = (1−Momentum)·running + Momentum·batch, with the unbiased variance, as PyTorch has it.
type BatchNorm struct {
	Scale, Shift  *graph.Param
	Mean, Var     *graph.State
	Momentum, Eps float64
}

// NewBatchNorm returns a layer for c channels, with Momentum 0.1 and Eps 1e-5.
func NewBatchNorm(c int, opts ...Option) *BatchNorm {
	s := apply(opts)
	return &BatchNorm{
		Scale: graph.NewParam("batchnorm.Scale", filled(s.dtype, 1, c)), Shift: graph.NewParam("batchnorm.Shift", filled(s.dtype, 0, c)),
		Mean: graph.NewState("batchnorm.Mean", filled(s.dtype, 0, c)), Var: graph.NewState("batchnorm.Var", filled(s.dtype, 1, c)),
		Momentum: 0.1, Eps: 1e-5,
	}
}

// Forward applies the layer, and in training assigns the running statistics.
func (b *BatchNorm) Forward(x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	g, s, c := x.Graph(), x.Shape(), b.Scale.Type().Shape.Size()
	if s.Rank() < 2 || s.Dim(1) != c {
		return g.Failf("batchnorm: %s %v: want [N, %d, ...]", x.Called(), s, c)
	}
	per := make([]int, s.Rank()) // the shape of a statistic
	axes := []int{0}
	for i := range per {
		per[i] = 1
		if i > 1 {
			axes = append(axes, i)
		}
	}
	per[1] = c
	spread := func(n *graph.Node) *graph.Node { return ops.Reshape(n, per...) }
	mean, variance := spread(g.Use(b.Mean)), spread(g.Use(b.Var))
	if g.Mode() == graph.Training {
		mean = ops.MeanKeep(x, axes...)
		variance = ops.MeanKeep(ops.Square(ops.Sub(x, mean)), axes...)
		n := float64(s.Size()) / float64(max(1, c))
		b.track(g, b.Mean, mean)
		b.track(g, b.Var, ops.Scale(n/max(1, n-1), variance))
	}
	y := ops.Mul(ops.Sub(x, mean), ops.Rsqrt(ops.Offset(variance, b.Eps)))
	return ops.Add(ops.Mul(y, spread(g.Use(b.Scale))), spread(g.Use(b.Shift)))
}

func (b *BatchNorm) track(g *graph.Graph, s *graph.State, now *graph.Node) {
	now = ops.StopGradient(ops.ReshapeTo(now, s.Type().Shape))
	g.Assign(s, ops.Add(ops.Scale(1-b.Momentum, g.Use(s)), ops.Scale(b.Momentum, now)))
}
