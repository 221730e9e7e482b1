package nn

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// BatchNorm standardises each channel (Ioffe & Szegedy, 2015): over the batch in training, by running statistics in
// evaluation.
//
//	y = (x − mean)·(var + Eps)^−½·Scale + Shift
//
// x is [N, C] or [N, C, spatial...]; statistics are per channel C. In training the running statistics follow by
// running = (1−Momentum)·running + Momentum·batch, with the unbiased variance, as PyTorch has it; a single value a channel has no
// variance and is an error. Without running statistics those of the batch serve evaluation, too.
type BatchNorm struct {
	Scale, Shift  *graph.Param // nil for none
	Mean, Var     *graph.State // running; nil for none
	Momentum, Eps float64

	channels int // where no list tells
}

// NewBatchNorm returns a layer for c channels, with Momentum 0.1 and Eps 1e-5. Options: Affine, Tracking, Momentum, Eps, Dtype.
func NewBatchNorm(c int, opts ...Option) *BatchNorm {
	s := apply(opts)
	b := &BatchNorm{Momentum: or(s.norm.momentum, 0.1), Eps: or(s.norm.eps, 1e-5), channels: c}
	b.Scale, b.Shift = s.affine("batchnorm", c, true)
	b.Mean, b.Var = s.running("batchnorm", c, true)
	return b
}

// Forward applies the layer, and in training assigns the running statistics.
func (b *BatchNorm) Forward(x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	g, s, c := x.Graph(), x.Shape(), channels(b.channels, b.Scale, b.Mean)
	batch := g.Mode() == graph.Training || b.Mean == nil
	n := float64(s.Size()) / float64(max(1, c))
	err := wantNorm(x, c, 2, b.Eps, b.Momentum)
	if err == nil && batch && n < 2 {
		err = fmt.Errorf("want more than one value a channel")
	}
	if err != nil {
		return g.Failf("batchnorm: %s %v: %w", x.Called(), s, err)
	}
	spread := perChannel(s.Rank())
	if !batch {
		y := ops.Mul(ops.Sub(x, spread(g.Use(b.Mean))), spread(ops.Rsqrt(ops.Offset(g.Use(b.Var), b.Eps))))
		return modulate(y, b.Scale, b.Shift, spread)
	}
	y, mean, variance := ops.BatchNorm(x, listOf(x, b.Scale, c, 1), listOf(x, b.Shift, c, 0), b.Eps)
	if g.Mode() == graph.Training && b.Mean != nil && y.Valid() {
		track(b.Mean, b.Momentum, mean)
		track(b.Var, b.Momentum, ops.Scale(n/(n-1), variance))
	}
	return y
}
