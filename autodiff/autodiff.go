// Package autodiff applies the chain rule to graphs. It names no op but those it needs to add and pair cotangents.
// Errors stick to the graph; what it returns then is inert.
package autodiff

import (
	"errors"
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Grad returns ∂y/∂x for each x; y must be a scalar of floats. An x that y does not depend on gets zeros.
func Grad(y *graph.Node, xs ...*graph.Node) []*graph.Node {
	switch {
	case !y.Valid():
	case y.Shape().Rank() != 0:
		y.Graph().Fail(0, fmt.Errorf("grad of %v: want a scalar; sum it, or pull a cotangent back with VJP", y.Type()))
	case !y.Dtype().Float():
		y.Graph().Fail(0, fmt.Errorf("grad of %v: want float32 or float64; what counts has no derivative", y.Type()))
	}
	for _, x := range xs {
		if !y.Graph().Related(x.Graph()) {
			y.Graph().Fail(0, fmt.Errorf("grad: %s (%s) is of another graph than %s", x.Called(), x.Origin(), y.Called()))
		}
	}
	return zeros(VJP([]*graph.Node{y}, []*graph.Node{ops.Like(1, y)}, xs), xs)
}

// ValueAndGrad returns y = f(xs), a scalar, and ∂y/∂x for each x. On a graph the value costs nothing beside the gradient: y and
// Grad(y, xs...) say the same.
func ValueAndGrad(f Forward, xs ...*graph.Node) (y *graph.Node, grads []*graph.Node) {
	g, _ := operands("value and grad", xs)
	ys := f(xs)
	if len(ys) != 1 {
		failed := g.Fail(1+len(xs), fmt.Errorf("value and grad: the function returns %d nodes, want one", len(ys)))
		return failed[0], failed[1:]
	}
	return ys[0], Grad(ys[0], xs...)
}

// VJP pulls cotangents dys of ys back to xs. A nil cotangent is none: in dys, and in what it returns.
func VJP(ys, dys, xs []*graph.Node) []*graph.Node { return pull(ys, dys, xs, false) }

// Pull is VJP with the xs taken for the independent operands of one application: nothing flows from one to
// another, and of equal ones the first gets the whole cotangent. It serves ops that carry a definition or a body.
func Pull(ys, dys, xs []*graph.Node) []*graph.Node { return pull(ys, dys, xs, true) }

func pull(ys, dys, xs []*graph.Node, cut bool) []*graph.Node {
	if len(ys) == 0 && len(dys) == 0 {
		return make([]*graph.Node, len(xs))
	}
	all := slices.Concat(ys, dys, xs)
	at := slices.IndexFunc(all, func(n *graph.Node) bool { return n != nil })
	if at < 0 {
		return make([]*graph.Node, len(xs))
	}
	g := all[at].Graph()
	if err := errors.Join(g.Err(), paired("vjp: cotangent", dys, ys)); err != nil {
		return g.Fail(len(xs), err)
	}
	cot := map[*graph.Node]*graph.Node{}
	add := func(n, d *graph.Node) {
		if c := cot[n]; c != nil {
			d = ops.Add(c, d)
		}
		cot[n] = d
	}
	for i, y := range ys {
		if dys[i] != nil {
			add(y, dys[i])
		}
	}
	order := graph.Order(ys, func(n *graph.Node) bool { return cut && slices.Contains(xs, n) })
	live := dependents(order, xs)
	for _, n := range slices.Backward(order) {
		if !slices.ContainsFunc(n.In(), func(x *graph.Node) bool { return live[x] }) { // an x itself, say
			continue
		}
		d, reached := make([]*graph.Node, len(n.Results())), false
		for i, r := range n.Results() {
			if live[r] {
				d[i] = cot[r]
				reached = reached || d[i] != nil
			}
		}
		if !reached {
			continue
		}
		pulled, err := pullback(n, d, live)
		for i, x := range n.In() {
			if err != nil || !live[x] || pulled[i] == nil {
				continue
			}
			if pulled[i].Valid() && pulled[i].Type() != x.Type() {
				err = fmt.Errorf("%s: the cotangent of operand %d is %v, not %v", n.Op().Name(), i, pulled[i].Type(), x.Type())
			}
			add(x, pulled[i])
		}
		if err != nil {
			defer g.As(n)()
			return g.Fail(len(xs), err)
		}
	}
	out := make([]*graph.Node, len(xs))
	for i, x := range xs {
		if out[i] = cot[x]; cut {
			delete(cot, x)
		}
	}
	return out
}

// paired wants one of ds, or nil, for each node of to, and of its type; integers carry none, so that theirs do not count.
func paired(what string, ds, to []*graph.Node) error {
	if len(ds) != len(to) {
		return fmt.Errorf("%ss: %d for %d nodes", what, len(ds), len(to))
	}
	for i, d := range ds {
		if d != nil && d.Valid() && to[i].Valid() && to[i].Dtype().Float() && d.Type() != to[i].Type() {
			return fmt.Errorf("%s %d is %v, want %v", what, i, d.Type(), to[i].Type())
		}
	}
	return nil
}

// pullback is the chain rule at one application. Nodes built here carry n's origin: a NaN in
// a gradient names the line of the forward pass.
func pullback(n *graph.Node, d []*graph.Node, live map[*graph.Node]bool) (out []*graph.Node, err error) {
	defer n.Graph().As(n)()
	switch op := n.Op().(type) {
	case graph.VJPs:
		out = op.VJPs(n.Results(), d)
	case graph.VJP:
		out = op.VJP(n, d[0])
	case graph.Partial:
		out = make([]*graph.Node, len(n.In()))
		for i, x := range n.In() {
			if live[x] {
				out[i] = ops.Mul(d[0], op.Partial(n, i))
			}
		}
	}
	if c, ok := n.Op().(graph.Composite); ok && out == nil {
		out = Pull(c.Define(n.In()), d, n.In())
	}
	if out == nil {
		return nil, fmt.Errorf("%s has no derivative for the cotangents asked for; it is stated by Partial, VJP or VJPs", n.Op().Name())
	}
	if len(out) != len(n.In()) {
		return nil, fmt.Errorf("%s: %d cotangents for %d operands", n.Op().Name(), len(out), len(n.In()))
	}
	return out, nil
}

// dependents marks the nodes on a path from some x; integers carry no cotangent.
func dependents(order, xs []*graph.Node) map[*graph.Node]bool {
	live := map[*graph.Node]bool{}
	for _, x := range xs {
		live[x] = true
	}
	for _, n := range order {
		if slices.ContainsFunc(n.In(), func(x *graph.Node) bool { return live[x] }) {
			for _, r := range n.Results() {
				live[r] = live[r] || r.Dtype().Float()
			}
		}
	}
	return live
}

// JVP pushes tangents dxs of xs forward to ys. VJP is linear in its cotangent, so
// differentiating it with respect to a dummy cotangent u transposes it: no op needs a forward rule.
func JVP(ys, xs, dxs []*graph.Node) []*graph.Node { return Linearize(ys, xs)(dxs) }

// HVP returns the product of y's Hessian in xs with vs. The Hessian is symmetric, so pulling back will do.
func HVP(y *graph.Node, xs, vs []*graph.Node) []*graph.Node {
	return zeros(VJP(Grad(y, xs...), vs, xs), xs)
}

// Dot returns Σ⟨as, bs⟩, skipping nil; nil if nothing is left. What has no partner counts as nil.
func Dot(as, bs []*graph.Node) (s *graph.Node) {
	for i, a := range as {
		if a == nil || i >= len(bs) || bs[i] == nil {
			continue
		}
		if d := ops.Sum(ops.Mul(a, bs[i])); s == nil {
			s = d
		} else {
			s = ops.Add(s, d)
		}
	}
	return s
}

func zeros(ds, xs []*graph.Node) []*graph.Node {
	for i, x := range xs {
		if ds[i] == nil {
			ds[i] = ops.Like(0, x)
		}
	}
	return ds
}
