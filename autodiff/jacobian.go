package autodiff

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

// Jacobian returns ∂y/∂x for each x, of shape [shape of y…, shape of x…]: element (i, j) is ∂yᵢ/∂xⱼ. Its rows are pulled back all at once, or its
// columns pushed forward, whichever are fewer; the work is that of as many derivatives, the memory that of so many copies of what lies between.
// The ranks of y and x add up to at most graph.MaxRank.
func Jacobian(y *graph.Node, xs ...*graph.Node) []*graph.Node {
	out := make([]*graph.Node, len(xs))
	for i, x := range xs {
		out[i] = jacobian(y, x, y.Shape().Size() <= x.Shape().Size())
	}
	return out
}

// jacobian is one block, by rows or by columns.
func jacobian(y, x *graph.Node, byRows bool) *graph.Node {
	g := y.Graph()
	switch {
	case !y.Valid() || !x.Valid():
		return g.Fail(1, g.Err())[0]
	case !y.Dtype().Float() || !x.Dtype().Float():
		return g.Failf("jacobian of %v in %v: want float32 or float64; what counts has no derivative", y.Type(), x.Type())
	case !g.Related(x.Graph()):
		return g.Failf("jacobian: %s (%s) is of another graph than %s", x.Called(), x.Origin(), y.Called())
	case y.Shape().Rank()+x.Shape().Rank() > graph.MaxRank:
		return g.Failf("jacobian of %v in %v: want ranks that add up to at most %d; reshape one of them", y.Type(), x.Type(), graph.MaxRank)
	}
	from, to := y, x
	if !byRows {
		from, to = x, y
	}
	u := g.Placeholder("basis", from.Type())
	var d *graph.Node
	if byRows {
		d = zeros(VJP([]*graph.Node{y}, []*graph.Node{u}, []*graph.Node{x}), []*graph.Node{x})[0]
	} else {
		d = JVP([]*graph.Node{y}, []*graph.Node{x}, []*graph.Node{u})[0]
	}
	n := from.Shape().Size()
	basis := ops.Reshape(ops.Eye(g, from.Dtype(), n), append([]int{n}, from.Shape().Dims()...)...)
	all := vmap.Nodes([]*graph.Node{d}, map[*graph.Node]*graph.Node{u: basis})[0]
	if !byRows {
		all = ops.Transpose(ops.Reshape(all, n, to.Shape().Size()))
	}
	return ops.Reshape(all, slices.Concat(y.Shape().Dims(), x.Shape().Dims())...)
}

// Hessian returns the second derivatives of a scalar y, in blocks: [i][j] is ∂²y/∂xᵢ∂xⱼ, of shape [shape of xᵢ…, shape of xⱼ…].
// Products of it with vectors cost less: [HVP].
func Hessian(y *graph.Node, xs ...*graph.Node) [][]*graph.Node {
	out := make([][]*graph.Node, len(xs))
	for i, d := range Grad(y, xs...) {
		out[i] = Jacobian(d, xs...)
	}
	return out
}

// Linearize returns the derivative of ys in xs as a function of tangents: push(dxs) is JVP(ys, xs, dxs). What the pushes share is built once.
func Linearize(ys, xs []*graph.Node) (push func(dxs []*graph.Node) []*graph.Node) {
	if len(ys) == 0 {
		return func([]*graph.Node) []*graph.Node { return nil }
	}
	g := ys[0].Graph()
	us := make([]*graph.Node, len(ys))
	for i, y := range ys {
		us[i] = g.Placeholder("dummy", y.Type()) // fresh: shared with no real node
	}
	pulled := VJP(ys, us, xs)
	at := map[*graph.Node]*graph.Node{}
	return func(dxs []*graph.Node) []*graph.Node {
		if err := paired("jvp: tangent", dxs, xs); err != nil {
			return g.Fail(len(ys), err)
		}
		inner := Dot(pulled, dxs)
		if inner == nil {
			return zeros(make([]*graph.Node, len(ys)), ys)
		}
		for _, u := range us { // no value depends on u, but a loop or a fused op may still hold it as an operand
			at[u] = ops.Like(0, u)
		}
		return graph.Rebuild(Grad(inner, us...), at, func(n *graph.Node, in []*graph.Node) []*graph.Node { return graph.Again(g, n, in) })
	}
}
