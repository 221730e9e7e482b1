// Package ownop shows an operator of a user's own: no registration, one file, checked in one line of go test.
package ownop

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Swish returns x·σ(βx) for a constant β (Ramachandran et al., 2017): ∂y/∂x = σ(βx) + βx·σ(βx)·(1 − σ(βx)).
func Swish(x *graph.Node, beta float64) *graph.Node { return graph.Apply(swish{Beta: beta}, x) }

// swish's exported fields are its attributes; embedding ops.Pointwise gives the shape rule, fusion and batching.
type swish struct {
	ops.Pointwise
	Beta float64
}

func (swish) Name() string { return "swish" }

// Eval computes it.
func (o swish) Eval(c *graph.Call) error {
	return ops.Map(c, func(x float64) float64 { return x / (1 + math.Exp(-o.Beta*x)) })
}

// Partial states the derivative once, on nodes: every order and forward mode follow.
func (o swish) Partial(y *graph.Node, _ int) *graph.Node {
	x := y.In()[0]
	s := ops.Sigmoid(ops.Scale(o.Beta, x))
	slope := ops.Mul(s, ops.Affine(-1, s, 1))
	return ops.Add(s, ops.Mul(ops.Scale(o.Beta, x), slope))
}
