package implicit

import (
	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// CG returns x with a(x, θ) = b by conjugate gradients from 0 on (Hestenes & Stiefel, 1952), where a is linear in x, symmetric and positive
// definite: a product with a Hessian or with XᵀX + λ, say, of which no matrix is formed. x has b's shape. In exact arithmetic it takes as many
// rounds as there are different eigenvalues. db = a⁻¹·dx by CG again, and dθ is what a at x pulls back of −db.
func CG(a func(x *graph.Node, theta []*graph.Node) *graph.Node, b *graph.Node, theta []*graph.Node, l Limit) *graph.Node {
	dot := func(x, y *graph.Node) *graph.Node { return ops.Sum(ops.Mul(x, y)) }
	ratio := func(x, y *graph.Node) *graph.Node { // 0 where the residual is 0 already
		zero := ops.Like(0, y)
		return ops.Where(ops.Equal(y, zero), zero, ops.Div(x, ops.Where(ops.Equal(y, zero), ops.Like(1, y), y)))
	}
	forward := func(in []*graph.Node) []*graph.Node {
		b := in[0]
		final, _ := flow.While(l.rounds(), []*graph.Node{ops.Scale(0, b), b, b, dot(b, b)}, func(s []*graph.Node) *graph.Node {
			return ops.Not(l.small(s[1]))
		}, func(s []*graph.Node) []*graph.Node {
			x, r, p, rr := s[0], s[1], s[2], s[3]
			ap := a(p, in[1:])
			alpha := ratio(rr, dot(p, ap))
			x, r = ops.Add(x, ops.Mul(alpha, p)), ops.Sub(r, ops.Mul(alpha, ap))
			next := dot(r, r)
			return []*graph.Node{x, r, ops.Add(r, ops.Mul(ratio(next, rr), p)), next}
		})
		return final[:1]
	}
	backward := func(in, ys, dys []*graph.Node) []*graph.Node {
		x, theta := ys[0], in[1:]
		db := CG(a, dys[0], theta, l)
		ds := autodiff.Pull([]*graph.Node{a(x, theta)}, []*graph.Node{ops.Neg(db)}, append([]*graph.Node{x}, theta...))
		ds[0] = db
		return ds
	}
	return autodiff.Custom("conjugate gradients", forward, backward)(append([]*graph.Node{b}, theta...)...)[0]
}
