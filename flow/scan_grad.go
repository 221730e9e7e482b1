package flow

import (
	"slices"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

func float(n *graph.Node) bool { return n.Dtype().Float() }

func orZero(d, like *graph.Node) *graph.Node {
	if d == nil {
		return ops.Like(0, like)
	}
	return d
}

// maxKept bounds the rank of what a loop keeps for its derivative: a stack, and one that is mapped, has more axes.
const maxKept = 4

// dear lists what a body computes from in by other than pointwise ops and views, and what it computes from that, unless it is among
// outs: a backward loop reads these values instead of computing them again.
func dear(in, outs []*graph.Node) (kept []*graph.Node) {
	b, known := in[0].Graph(), map[*graph.Node]bool{}
	for _, n := range outs {
		known[n] = true
	}
	cheap := cheapness(b, nil)
	for _, n := range graph.Order(outs, func(n *graph.Node) bool { return n.Graph() != b }) {
		if _, view := n.Op().(graph.View); view || n.Graph() != b {
			continue
		}
		for _, r := range n.Results() {
			if !known[r] && !cheap(r) && r.Shape().Rank() <= maxKept {
				kept = append(kept, r)
			}
		}
	}
	return kept
}

// cheapness tells which nodes of a body follow, by pointwise ops and views alone, from its inputs, from what is outside, and from kept.
func cheapness(b *graph.Graph, kept map[*graph.Node]*graph.Node) func(n *graph.Node) bool {
	known := map[*graph.Node]bool{}
	var cheap func(n *graph.Node) bool
	cheap = func(n *graph.Node) bool {
		c, ok := known[n]
		if !ok && kept[n] == nil {
			c = n.Graph() != b || len(n.In()) == 0 || n.Op().Name() == "capture"
			if !c {
				_, p := n.Op().(graph.Pointwise)
				_, v := n.Op().(graph.View)
				c = (p || v) && !slices.ContainsFunc(n.In(), func(x *graph.Node) bool { return !cheap(x) })
			}
			known[n] = c
		}
		return c || kept[n] != nil
	}
	return cheap
}

// A backward is the loop of a derivative in the making.
type backward struct {
	o        scan
	in       []*graph.Node // operands of the loop
	dys      []*graph.Node
	init     []*graph.Node // cotangents of the float states
	rows     []*graph.Node // sequences that the body may read: results, xs, cotangents
	body     *graph.Func   // of cotangents of the states, rows, captured
	captured []*graph.Node
	of       []int // the operands whose cotangents the body returns
}

// VJPs runs the loop the other way. Its state is the cotangent of the state, and the sums of those cotangents of captured values that
// are not sums of products, which are made after the loop in one go.
func (o scan) VJPs(ys, dys []*graph.Node) []*graph.Node {
	s := o.States
	b := &backward{o: o, in: ys[0].In(), dys: dys, rows: slices.Concat(ys[s:], ys[0].In()[s:s+o.Xs])}
	for i, x := range b.in[:s] {
		if float(x) {
			b.init = append(b.init, orZero(dys[i], x))
		}
	}
	for _, d := range dys[s:] {
		if d != nil {
			b.rows = append(b.rows, d)
		}
	}
	var types []graph.Type
	for _, x := range b.init {
		types = append(types, x.Type())
	}
	for _, x := range b.rows {
		types = append(types, graph.Type{Dtype: x.Dtype(), Shape: x.Shape().Cut(1, graph.MaxRank)})
	}
	b.body, b.captured = graph.NewFunc(ys[0].Graph(), types, b.step)
	return b.run()
}

// step pulls the cotangents through one step of the loop.
func (b *backward) step(p []*graph.Node) []*graph.Node {
	o, s, c := b.o, b.o.States, len(b.init)
	outs, ins := o.Body.Outs(), o.Body.Inputs()
	row := p[c:] // first the results
	x := row[len(outs)-s:]
	step := make([]*graph.Node, len(b.in))
	for i := range step {
		switch {
		case i < s: // the trace
			step[i] = row[slices.Index(outs[s:], ins[i])]
		case i < s+o.Xs:
			step[i] = x[i-s]
		default:
			step[i] = b.in[i]
		}
	}
	at := map[*graph.Node]*graph.Node{}
	for i, n := range ins {
		at[n] = step[i]
	}
	g := p[0].Graph()
	again := func(n *graph.Node, in []*graph.Node) []*graph.Node { return graph.Again(g, n, in) }
	r := graph.Rebuild(outs, at, again)
	cot, k, d := make([]*graph.Node, len(outs)), 0, x[o.Xs:]
	for i := range cot {
		if i < s && float(b.in[i]) {
			cot[i], k = p[k], k+1
		} else if i >= s && b.dys[i] != nil {
			cot[i], d = d[0], d[1:]
		}
	}
	ds := autodiff.Pull(r, cot, step)
	var found []*graph.Node
	for i, d := range ds {
		if float(step[i]) && (d != nil || i < s) {
			b.of, found = append(b.of, i), append(found, orZero(d, step[i]))
		}
	}
	return readKept(g, p, r[s:], row, at, found)
}

// readKept builds ds anew from rows that the loop kept, where it would otherwise compute dear values again: kept[j] lies in row[j].
// at leads from the forward body to its copy in g.
func readKept(g *graph.Graph, p, kept, row []*graph.Node, at map[*graph.Node]*graph.Node, ds []*graph.Node) []*graph.Node {
	have, take, copied := map[*graph.Node]*graph.Node{}, map[*graph.Node]*graph.Node{}, map[*graph.Node]bool{}
	for j, n := range kept {
		if n.Graph() == g {
			have[n] = row[j]
		}
	}
	for _, n := range at {
		copied[n] = n.Graph() == g && !slices.Contains(p, n)
	}
	var need func(n *graph.Node)
	cheap := cheapness(g, take)
	need = func(n *graph.Node) {
		switch {
		case !copied[n] || cheap(n):
		case have[n] != nil:
			take[n] = have[n]
		default:
			for _, x := range n.In() {
				need(x)
			}
		}
	}
	outside := func(n *graph.Node) bool { return n.Graph() != g || copied[n] }
	edge := slices.DeleteFunc(slices.Clone(ds), func(n *graph.Node) bool { return !copied[n] })
	for _, n := range graph.Order(ds, outside) {
		for _, x := range n.In() {
			if copied[x] {
				edge = append(edge, x)
			}
		}
	}
	slices.SortFunc(edge, func(a, b *graph.Node) int { return a.ID() - b.ID() })
	for _, n := range slices.Compact(edge) {
		need(n)
	}
	for _, n := range g.Nodes() {
		if n.Op().Name() == "capture" {
			take[n] = n
		}
	}
	for _, d := range ds {
		if d.Graph() != g {
			take[d] = d
		}
	}
	return graph.Rebuild(ds, take, func(n *graph.Node, in []*graph.Node) []*graph.Node { return graph.Again(g, n, in) })
}

// sequence reports whether the loop stacks x as the cotangent of a sequence.
func (b *backward) sequence(x *graph.Node) bool {
	for k, i := range b.of {
		if i >= b.o.States && i < b.o.States+b.o.Xs && b.body.Outs()[k] == x {
			return true
		}
	}
	return false
}

// run builds the loop, and what follows it.
func (b *backward) run() []*graph.Node {
	o, s, nc := b.o, b.o.States, len(b.init)
	outs, ins := b.body.Outs(), b.body.Inputs()
	sums := newSums(b)
	for k, i := range b.of {
		if i >= s+o.Xs {
			sums.plan(outs[k])
		}
	}
	sums.settle()
	live := b.body.Live(outs)
	var xs []*graph.Node
	read := make([]int, len(b.rows)) // by row: its number among xs, counted from 1
	for k, r := range b.rows {
		if live[ins[nc+k]] {
			xs = append(xs, r)
			read[k] = len(xs)
		}
	}
	if len(xs) == 0 {
		xs = append(xs, b.in[s])
	}
	var yields []*graph.Node // values of the body that the loop stacks, each once
	for k, i := range b.of {
		if i >= s && i < s+o.Xs && !slices.Contains(yields, outs[k]) {
			yields = append(yields, outs[k])
		}
	}
	for _, x := range sums.stacked {
		if !slices.Contains(yields, x) {
			yields = append(yields, x)
		}
	}
	init := slices.Clone(b.init)
	for _, n := range sums.added {
		init = append(init, b.in[0].Graph().Fill(0, n.Type()))
	}
	final, ys := run(!o.Reverse, init, xs, func(state, x []*graph.Node) (next, y []*graph.Node) {
		g, at := x[0].Graph(), map[*graph.Node]*graph.Node{}
		for k, p := range ins {
			switch {
			case k < nc:
				at[p] = state[k]
			case k >= nc+len(b.rows):
				at[p] = b.captured[k-nc-len(b.rows)]
			case read[k-nc] > 0:
				at[p] = x[read[k-nc]-1]
			default:
				at[p] = g.Fill(0, p.Type())
			}
		}
		all := graph.Rebuild(slices.Concat(outs, sums.added, yields), at, func(n *graph.Node, in []*graph.Node) []*graph.Node {
			return graph.Again(g, n, in)
		})
		for k, i := range b.of {
			if i < s {
				next = append(next, all[k])
			}
		}
		for k, d := range all[len(outs) : len(outs)+len(sums.added)] {
			next = append(next, ops.Add(state[nc+k], d))
		}
		return next, all[len(outs)+len(sums.added):]
	})
	out, k := make([]*graph.Node, len(b.in)), 0
	stack := func(x *graph.Node) *graph.Node {
		if j := slices.Index(yields, x); j >= 0 {
			return ys[j]
		}
		return nil
	}
	for n, i := range b.of {
		switch {
		case i < s:
			out[i], k = final[k], k+1
		case i < s+o.Xs:
			out[i] = stack(outs[n])
		default:
			out[i] = sums.build(outs[n], final[nc:], stack)
		}
	}
	return out
}
