package nn

import (
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// normSettings are what layers of normalisation read of their options; nil stands for the layer's default.
type normSettings struct {
	affine, tracking *bool
	eps, momentum    *float64
}

// Affine says whether a layer of normalisation scales and shifts what it has standardised.
func Affine(on bool) Option { return func(s *settings) { s.norm.affine = &on } }

// Tracking says whether a layer of normalisation keeps running statistics for evaluation.
func Tracking(on bool) Option { return func(s *settings) { s.norm.tracking = &on } }

// Eps is what a layer of normalisation adds to a variance, or mean of squares, below the root.
func Eps(eps float64) Option { return func(s *settings) { s.norm.eps = &eps } }

// Momentum is the share of the batch's statistics in the next running ones.
func Momentum(m float64) Option { return func(s *settings) { s.norm.momentum = &m } }

func or[T any](v *T, otherwise T) T {
	if v == nil {
		return otherwise
	}
	return *v
}

// affine returns a scale of ones and a shift of zeros for n elements, or nil for both.
func (s settings) affine(name string, n int, otherwise bool) (scale, shift *graph.Param) {
	if !or(s.norm.affine, otherwise) {
		return nil, nil
	}
	return graph.NewParam(name+".Scale", filled(s.dtype, 1, n)), graph.NewParam(name+".Shift", filled(s.dtype, 0, n))
}

// running returns a mean of zeros and a variance of ones, or nil for both.
func (s settings) running(name string, n int, otherwise bool) (mean, variance *graph.State) {
	if !or(s.norm.tracking, otherwise) {
		return nil, nil
	}
	return graph.NewState(name+".Mean", filled(s.dtype, 0, n)), graph.NewState(name+".Var", filled(s.dtype, 1, n))
}

// modulate is y·scale + shift for those that there are, each reshaped by at.
func modulate(y *graph.Node, scale, shift *graph.Param, at func(p *graph.Node) *graph.Node) *graph.Node {
	if scale != nil {
		y = ops.Mul(y, at(y.Graph().Use(scale)))
	}
	if shift != nil {
		y = ops.Add(y, at(y.Graph().Use(shift)))
	}
	return y
}

// listOf is p, or where there is none a list of c times v of x's dtype.
func listOf(x *graph.Node, p *graph.Param, c int, v float64) *graph.Node {
	if p == nil {
		return x.Graph().Fill(v, graph.T(x.Dtype(), c))
	}
	return x.Graph().Use(p)
}

// perChannel returns a function that gives a list of channels the shape [1, C, 1, …], that of the statistics of an array of a rank.
func perChannel(rank int) func(p *graph.Node) *graph.Node {
	return func(p *graph.Node) *graph.Node {
		dims := slices.Repeat([]int{1}, rank)
		dims[1] = p.Shape().Size()
		return ops.Reshape(p, dims...)
	}
}

// channels is the size of the first list that there is, or c.
func channels(c int, scale *graph.Param, mean *graph.State) int {
	if scale != nil {
		return scale.Type().Shape.Size()
	}
	if mean != nil {
		return mean.Type().Shape.Size()
	}
	return c
}

// wantNorm checks an operand [N, c, …] of a layer of normalisation and the layer's numbers.
func wantNorm(x *graph.Node, c, rank int, eps, momentum float64) error {
	s := x.Shape()
	switch {
	case c < 1:
		return fmt.Errorf("want at least one channel")
	case s.Rank() < rank || s.Dim(1) != c:
		return fmt.Errorf("want [N, %d, %s]", c, [...]string{2: "…", 3: "spatial…"}[rank])
	case !(eps >= 0):
		return fmt.Errorf("want an epsilon that is not negative, not %v", eps)
	case !(momentum >= 0 && momentum <= 1):
		return fmt.Errorf("want a momentum in [0, 1], not %v", momentum)
	}
	return nil
}

// track makes now part of a running statistic.
func track(s *graph.State, momentum float64, now *graph.Node) {
	g := now.Graph()
	now = ops.StopGradient(ops.ReshapeTo(now, s.Type().Shape))
	g.Assign(s, ops.Add(ops.Scale(1-momentum, g.Use(s)), ops.Scale(momentum, now)))
}
