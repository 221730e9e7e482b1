package rl

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// c51 is the categorical objective (Bellemare et al., 2017, algorithm 1): the network gives the logits of a distribution over the returns
// zᵢ, atoms that lie evenly over an interval. The distribution of r + γ·Z at the best next action is held to the interval and shared
// between neighbouring atoms,
//
//	mᵢ = Σⱼ pⱼ·max(0, 1 − |clip(r + γ·zⱼ) − zᵢ|/Δz)
//
// and the loss is the cross-entropy −Σ mᵢ·ln pᵢ(s, a), which is the priority too, as in Rainbow.
type c51 struct {
	double    bool
	atoms     int
	low, high float64
}

func (c c51) numbers() int { return c.atoms }

// support is the atoms zᵢ.
func (c c51) support(g *graph.Graph) *graph.Node {
	return ops.Affine(c.step(), ops.Iota(g, graph.Float32, c.atoms), c.low)
}

func (c c51) step() float64 { return (c.high - c.low) / float64(c.atoms-1) }

func (c c51) values(out *graph.Node) *graph.Node {
	return ops.Sum(ops.Mul(ops.Softmax(out, -1), c.support(out.Graph())), -1)
}

func (c c51) loss(b transitions) (each, priority *graph.Node) {
	g, n := b.Obs.Graph(), b.Obs.Shape().Dim(0)
	z := c.support(g)
	next := b.Target(b.Next)
	by := next
	if c.double {
		by = b.Online(b.Next)
	}
	p := ops.Softmax(ofAction(next, ops.ArgMax(c.values(by), -1)), -1) // [N, j]
	shifted := ops.Add(ops.Reshape(b.Rewards, n, 1), ops.Mul(ops.Reshape(b.Discounts, n, 1), z))
	shifted = ops.Reshape(ops.Clamp(shifted, c.low, c.high), n, 1, c.atoms)
	apart := ops.Scale(1/c.step(), ops.Abs(ops.Sub(shifted, ops.Reshape(z, 1, c.atoms, 1)))) // [N, i, j]
	m := ops.Sum(ops.Mul(ops.ReLU(ops.Affine(-1, apart, 1)), ops.Reshape(p, n, 1, c.atoms)), -1)
	each = ops.Neg(ops.Sum(ops.Mul(ops.StopGradient(m), ops.LogSoftmax(ofAction(b.Online(b.Obs), b.Actions), -1)), -1))
	return each, ops.StopGradient(each)
}

// ofAction is the numbers of one action in each row.
//
//	out [N, actions, numbers]    actions [N]    y [N, numbers]
func ofAction(out, actions *graph.Node) *graph.Node {
	s := out.Shape()
	n, a, k := s.Dim(0), s.Dim(1), s.Dim(2)
	first := make([]int32, n)
	for i := range first {
		first[i] = int32(i * a)
	}
	row := ops.Add(actions, out.Graph().Constant(graph.BufferOf(first, n)))
	return ops.Gather(ops.Reshape(out, n*a, k), row)
}
