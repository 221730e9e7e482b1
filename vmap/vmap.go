// Package vmap turns a function of one example into a function of many, graph → graph: each op says
// how it is applied to all rows at once. It sits on ops, below autodiff.
package vmap

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Map applies f to each row (along axis 0) of xs; each result gets a leading axis.
func Map(f func(in []*graph.Node) []*graph.Node, xs ...*graph.Node) []*graph.Node {
	mapped := make([]bool, len(xs))
	for i := range mapped {
		mapped[i] = true
	}
	return Flagged(f, xs, mapped)
}

// Flagged is Map over those operands only that are marked; the others are the same for every row.
func Flagged(f func(in []*graph.Node) []*graph.Node, xs []*graph.Node, mapped []bool) []*graph.Node {
	types := make([]graph.Type, len(xs))
	for i, x := range xs {
		if types[i] = x.Type(); mapped[i] {
			types[i].Shape = x.Shape().Cut(1, x.Shape().Rank())
		}
	}
	g := xs[0].Graph()
	body, captured := graph.NewFunc(g, types, f)
	at, flags := map[*graph.Node]*graph.Node{}, map[*graph.Node]bool{}
	for i, p := range body.Inputs() {
		if i < len(xs) {
			at[p], flags[p] = xs[i], mapped[i]
		} else {
			at[p] = captured[i-len(xs)]
		}
	}
	return batch(g, body.Outs(), at, flags)
}

// Nodes batches what lies between at and ys: each node in at is replaced by one with one more leading axis.
func Nodes(ys []*graph.Node, at map[*graph.Node]*graph.Node) []*graph.Node {
	given, flags := map[*graph.Node]*graph.Node{}, map[*graph.Node]bool{}
	for n, x := range at {
		given[n], flags[n] = x, true
		if x.Valid() && x.Shape().Cut(1, x.Shape().Rank()) != n.Shape() {
			ys[0].Graph().Fail(0, fmt.Errorf("vmap: rows of %v are no %v", x.Type(), n.Type()))
		}
	}
	return batch(ys[0].Graph(), ys, given, flags)
}

// batch keeps apart which old nodes are mapped: one new node may stand for a mapped and an unmapped one.
func batch(g *graph.Graph, ys []*graph.Node, at map[*graph.Node]*graph.Node, mapped map[*graph.Node]bool) []*graph.Node {
	n := 0
	for old, m := range mapped {
		if m {
			n = at[old].Shape().Dim(0)
		}
	}
	out := graph.Rebuild(ys, at, func(old *graph.Node, in []*graph.Node) []*graph.Node {
		flags, any := make([]bool, len(in)), false
		for i, x := range old.In() {
			flags[i] = mapped[x]
			any = any || flags[i]
		}
		if !any {
			return graph.Again(g, old, in)
		}
		for _, r := range old.Results() {
			mapped[r] = true
		}
		defer g.As(old)()
		return apply(old.Op(), len(old.Results()), in, flags)
	})
	for i, y := range ys {
		if !mapped[y] {
			out[i] = ops.Lead(out[i], n)
		}
	}
	return out
}

func apply(op graph.Op, results int, in []*graph.Node, mapped []bool) []*graph.Node {
	switch op := op.(type) {
	case graph.Batcher:
		return op.Batch(in, mapped)
	case graph.Pointwise:
		return graph.ApplyN(op.(graph.Op), results, ops.Align(in, mapped)...)
	case graph.Composite:
		return Flagged(op.Define, in, mapped)
	}
	return in[0].Graph().Fail(results, fmt.Errorf("vmap: %s has no batching rule", op.Name()))
}
