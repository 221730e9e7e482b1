package implicit

import (
	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Root returns z with f(z, θ) = 0, a list of as many numbers as f returns, by Newton's method from z0 on: z ← z − (∂f/∂z)⁻¹·f. It forms and
// factorises the Jacobian in each round, so that it is for some hundreds of numbers at most. A cotangent dz is pulled back to θ as −wᵀ·∂f/∂θ, where
// (∂f/∂z)ᵀ·w = dz. z0 gets none.
func Root(f func(z *graph.Node, theta []*graph.Node) *graph.Node, z0 *graph.Node, theta []*graph.Node, l Limit) *graph.Node {
	if z0.Valid() && z0.Shape().Rank() != 1 {
		return z0.Graph().Failf("root of z %v: want a list; reshape it", z0.Shape())
	}
	solve := func(a, b *graph.Node) *graph.Node { return ops.Squeeze(ops.Solve(a, ops.Unsqueeze(b, 1)), 1) }
	forward := func(in []*graph.Node) []*graph.Node {
		at := func(z *graph.Node) *graph.Node {
			y := f(z, in[1:])
			if y.Valid() && y.Shape() != z0.Shape() {
				return y.Graph().Failf("root: f returns %v of %v, want as many equations as unknowns", y.Shape(), z0.Shape())
			}
			return y
		}
		final, _ := flow.While(l.rounds(), []*graph.Node{in[0], at(in[0])}, func(s []*graph.Node) *graph.Node {
			return ops.Not(l.small(s[1]))
		}, func(s []*graph.Node) []*graph.Node {
			j := autodiff.Jacobian(at(s[0]), s[0])[0]
			z := ops.Sub(s[0], solve(j, s[1]))
			return []*graph.Node{z, at(z)}
		})
		return final[:1]
	}
	backward := func(in, ys, dys []*graph.Node) []*graph.Node {
		z := ys[0]
		y := f(z, in[1:])
		w := solve(ops.Transpose(autodiff.Jacobian(y, z)[0]), ops.Neg(dys[0]))
		ds := autodiff.Pull([]*graph.Node{y}, []*graph.Node{w}, append([]*graph.Node{z}, in[1:]...))
		ds[0] = nil
		return ds
	}
	return autodiff.Custom("root", forward, backward)(append([]*graph.Node{z0}, theta...)...)[0]
}
