// Package vmap turns a function of one example into a function of many, graph → graph: each op says
// how it is applied to all rows at once; one that does not is applied to one row after the other. It sits on ops, below autodiff.
package vmap

import (
	"errors"
	"fmt"
	"slices"

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

// Flagged is Map over those operands only that are marked; the others are the same for every row. At least one is marked, and all
// marked ones have as many rows. A map over nothing is a bug of the caller, and panics.
func Flagged(f func(in []*graph.Node) []*graph.Node, xs []*graph.Node, mapped []bool) []*graph.Node {
	if len(xs) == 0 || len(mapped) != len(xs) {
		panic(fmt.Sprintf("vmap: %d operands, of which %d are marked or not", len(xs), len(mapped)))
	}
	g := xs[0].Graph()
	types := make([]graph.Type, len(xs))
	var over []*graph.Node
	for i, x := range xs {
		if types[i] = x.Type(); mapped[i] {
			types[i].Shape = x.Shape().Cut(1, x.Shape().Rank())
			over = append(over, x)
		}
	}
	err := sameRows(over)
	if err != nil {
		g.Fail(0, err) // before what f may say of it
	}
	body, captured := graph.NewFunc(g, types, f)
	if err != nil {
		return g.Fail(len(body.Outs()), err)
	}
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
	if len(ys) == 0 {
		return nil
	}
	g := ys[0].Graph()
	given, flags := map[*graph.Node]*graph.Node{}, map[*graph.Node]bool{}
	var over []*graph.Node
	for n, x := range at {
		given[n], flags[n] = x, true
		over = append(over, x)
		if x.Valid() && x.Shape().Cut(1, x.Shape().Rank()) != n.Shape() {
			return g.Fail(len(ys), fmt.Errorf("vmap: rows of %v are no %v", x.Type(), n.Type()))
		}
	}
	slices.SortFunc(over, func(a, b *graph.Node) int { return a.ID() - b.ID() })
	if err := sameRows(over); err != nil {
		return g.Fail(len(ys), err)
	}
	return batch(g, ys, given, flags)
}

// sameRows reports that there is nothing to map over, or not the same number of rows everywhere.
func sameRows(over []*graph.Node) error {
	if len(over) == 0 {
		return errors.New("vmap: no operand is mapped")
	}
	rows := over[0].Shape().Dim(0)
	for _, x := range over {
		switch s := x.Shape(); {
		case !x.Valid():
		case s.Rank() == 0:
			return fmt.Errorf("vmap: %s %v has no rows", x.Called(), x.Type())
		case over[0].Valid() && s.Dim(0) != rows:
			return fmt.Errorf("vmap: %s has %d rows, %s has %d", over[0].Called(), rows, x.Called(), s.Dim(0))
		}
	}
	return nil
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
	return newRows(op, results, in, mapped)
}
