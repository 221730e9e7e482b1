package nn

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// InstanceNorm standardises each channel of each example over its places (Ulyanov et al., 2016, eq. 4).
//
//	x [N, C, spatial…], at least one spatial dimension    Scale, Shift [C], nil for none    y [N, C, spatial…]
//	y = (x − mean)·(var + Eps)^−½·Scale + Shift
//
// As in PyTorch the layer neither scales nor keeps running statistics unless Affine(true) and Tracking(true) say so. Running
// statistics are the means over the batch of each example's mean and unbiased variance; they follow, and serve evaluation, as those of
// BatchNorm do. A single place has no variance and is an error wherever its own would be needed.
type InstanceNorm struct {
	Scale, Shift  *graph.Param
	Mean, Var     *graph.State
	Momentum, Eps float64

	channels int
}

// NewInstanceNorm returns a layer for c channels, with Momentum 0.1 and Eps 1e-5. Options: Affine, Tracking, Momentum, Eps, Dtype.
func NewInstanceNorm(c int, opts ...Option) *InstanceNorm {
	s := apply(opts)
	l := &InstanceNorm{Momentum: or(s.norm.momentum, 0.1), Eps: or(s.norm.eps, 1e-5), channels: c}
	l.Scale, l.Shift = s.affine("instancenorm", c, false)
	l.Mean, l.Var = s.running("instancenorm", c, false)
	return l
}

// Forward applies the layer, and in training assigns the running statistics, if there are such.
func (l *InstanceNorm) Forward(x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	g, s, c := x.Graph(), x.Shape(), channels(l.channels, l.Scale, l.Mean)
	own := g.Mode() == graph.Training || l.Mean == nil
	places := s.Cut(2, s.Rank()).Size()
	err := wantNorm(x, c, 3, l.Eps, l.Momentum)
	if err == nil && own && places < 2 {
		err = fmt.Errorf("want more than one place")
	}
	if err == nil && own && l.Mean != nil && s.Dim(0) == 0 {
		err = fmt.Errorf("want at least one example to take statistics of")
	}
	if err != nil {
		return g.Failf("instancenorm: %s %v: %w", x.Called(), s, err)
	}
	spread := perChannel(s.Rank())
	if !own {
		mean, variance := spread(g.Use(l.Mean)), spread(g.Use(l.Var))
		return modulate(ops.Mul(ops.Sub(x, mean), ops.Rsqrt(ops.Offset(variance, l.Eps))), l.Scale, l.Shift, spread)
	}
	y, mean, _ := ops.GroupNorm(x, listOf(x, l.Scale, c, 1), listOf(x, l.Shift, c, 0), c, l.Eps)
	if l.Mean != nil && y.Valid() {
		rows := ops.ReshapeTo(ops.StopGradient(x), graph.Of(s.Dim(0), c, places))
		track(l.Mean, l.Momentum, ops.Mean(mean, 0))
		track(l.Var, l.Momentum, ops.Mean(ops.Var(rows, 1, -1), 0))
	}
	return y
}
