package implicit

import (
	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// A Limit says when an iteration ends: when no element of what is to be zero is above Tolerance in magnitude, or after Rounds rounds. Whether it
// got there, the caller sees by putting the solution in.
type Limit struct {
	Rounds    int     // 100 if 0
	Tolerance float64 // 1e-6 if 0, too small for float32 where solutions are not about 1
}

func (l Limit) rounds() int {
	if l.Rounds == 0 {
		return 100
	}
	return l.Rounds
}

func (l Limit) tolerance() float64 {
	if l.Tolerance == 0 {
		return 1e-6
	}
	return l.Tolerance
}

// small is whether no element of x is above the tolerance; a NaN is not.
func (l Limit) small(x *graph.Node) *graph.Node {
	return ops.LessEqual(ops.Max(ops.Abs(x)), ops.Like(l.tolerance(), ops.Max(x)))
}

// FixedPoint returns z = f(z, θ), of z0's shape, by putting f's result in again, from z0 on. f must draw points together: the spectral radius of
// ∂f/∂z at z is below 1. A cotangent dz is pulled back to θ as wᵀ·∂f/∂θ, where w = dz + (∂f/∂z)ᵀ·w, a fixed point again. z0 gets none.
func FixedPoint(f func(z *graph.Node, theta []*graph.Node) *graph.Node, z0 *graph.Node, theta []*graph.Node, l Limit) *graph.Node {
	forward := func(in []*graph.Node) []*graph.Node {
		final, _ := flow.While(l.rounds(), []*graph.Node{in[0], ops.Offset(ops.Scale(0, in[0]), 1e30)}, func(s []*graph.Node) *graph.Node {
			return ops.Not(l.small(s[1]))
		}, func(s []*graph.Node) []*graph.Node {
			z := f(s[0], in[1:])
			return []*graph.Node{z, ops.Sub(z, s[0])}
		})
		return final[:1]
	}
	backward := func(in, ys, dys []*graph.Node) []*graph.Node {
		z, theta := ys[0], in[1:]
		pull := func(z *graph.Node, theta []*graph.Node, w *graph.Node) []*graph.Node {
			xs := append([]*graph.Node{z}, theta...)
			return autodiff.Pull([]*graph.Node{f(z, theta)}, []*graph.Node{w}, xs)
		}
		w := FixedPoint(func(w *graph.Node, p []*graph.Node) *graph.Node {
			dz, z, theta := p[0], p[1], p[2:]
			if d := pull(z, theta, w)[0]; d != nil {
				return ops.Add(dz, d)
			}
			return dz
		}, dys[0], append([]*graph.Node{dys[0], z}, theta...), l)
		ds := pull(z, theta, w)
		ds[0] = nil
		return ds
	}
	return autodiff.Custom("fixed point", forward, backward)(append([]*graph.Node{z0}, theta...)...)[0]
}
