package graph

import "slices"

// Order returns the ancestors of outs, operands first, one node for each application. It does not pass stop, and
// follows captures out of a body.
func Order(outs []*Node, stop func(*Node) bool) []*Node {
	seen := map[*application]bool{}
	var order []*Node
	todo := slices.Clone(outs)
	for len(todo) > 0 {
		n := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if seen[n.app] || stop != nil && stop(n) || !n.Valid() {
			continue
		}
		seen[n.app] = true
		order = append(order, n.app.out[0])
		todo = append(todo, n.app.in...)
	}
	slices.SortFunc(order, func(a, b *Node) int { return a.id - b.id })
	return order
}

// Rebuild maps outs through f, operands first; the nodes in at are given. It is how everything that turns a graph
// into a graph is written. at is extended with each node met.
func Rebuild(outs []*Node, at map[*Node]*Node, f func(n *Node, in []*Node) []*Node) []*Node {
	look := func(ns []*Node) []*Node {
		r := make([]*Node, len(ns))
		for i, n := range ns {
			if r[i] = at[n]; !n.Valid() {
				r[i] = n
			}
		}
		return r
	}
	for _, n := range Order(outs, func(n *Node) bool { return at[n] != nil }) {
		for i, r := range f(n, look(n.app.in)) {
			if o := n.app.out[i]; at[o] == nil {
				at[o] = r
			}
		}
	}
	return look(outs)
}

// Live marks what outs need of the nodes in order, which Order returned: of a Pruner only the operands that remain.
func Live(order, outs []*Node) map[*Node]bool {
	live := map[*Node]bool{}
	for _, n := range outs {
		live[n] = true
	}
	for _, n := range slices.Backward(order) {
		used := Used(n, live)
		if !slices.Contains(used, true) {
			continue
		}
		p, ok := n.Op().(Pruner)
		var needs []bool
		if ok {
			needs = p.Needs(used)
		}
		for i, x := range n.In() {
			live[x] = live[x] || !ok || needs[i]
		}
	}
	return live
}

// Used says which results of n are marked.
func Used(n *Node, live map[*Node]bool) []bool {
	used := make([]bool, len(n.Results()))
	for i, r := range n.Results() {
		used[i] = live[r]
	}
	return used
}

// Again applies the op of n to other operands, in g if there are none; it keeps n's origin. What is seen from within g stays what it is.
func Again(g *Graph, n *Node, in []*Node) []*Node {
	same := slices.Equal(in, n.app.in)
	switch {
	case n.Op() == captured{} && !same:
		return in
	case n.Op() == captured{}, len(in) > 0 && same && in[0].g == n.g, len(in) == 0 && g.within(n.g):
		return n.app.out
	case len(in) > 0:
		g = in[0].g
	}
	defer g.As(n)()
	if len(in) == 0 {
		return []*Node{g.Nullary(n.Op())}
	}
	return ApplyN(n.Op(), len(n.Results()), in...)
}

func types(ns []*Node) []Type {
	ts := make([]Type, len(ns))
	for i, n := range ns {
		ts[i] = n.typ
	}
	return ts
}
