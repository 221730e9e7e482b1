package graph

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
)

// A Func is a body: a graph of its own, inside another one, with typed inputs and outputs.
type Func struct {
	g       *Graph
	id      int
	in, out []*Node
}

// captured stands in a body for a node of the graph around it. The engine crosses it like any op, so that a
// gradient taken inside a body reaches weights outside.
type captured struct{}

func (captured) Name() string                    { return "capture" }
func (captured) Infer(in []Type) ([]Type, error) { return in, nil }
func (captured) VJP(_, dy *Node) []*Node         { return []*Node{dy} }

func (g *Graph) top() *Graph {
	for g.parent != nil {
		g = g.parent
	}
	return g
}

// Related reports whether g and h are one graph, or bodies inside one: only then can their nodes meet.
func (g *Graph) Related(h *Graph) bool { return g.root == h.root }

// within reports whether g is h, or a body in it.
func (g *Graph) within(h *Graph) bool {
	for ; g != nil; g = g.parent {
		if g == h {
			return true
		}
	}
	return false
}

// capture returns x as seen from inside g.
func (g *Graph) capture(x *Node) *Node {
	if x.g == g {
		return x
	}
	if g.parent == nil {
		panic(fmt.Sprintf("graph: %s: operands belong to different graphs, or a value left the body it was made in; %s is of %s",
			here(), x.Called(), x.Origin()))
	}
	outer := g.parent.capture(x)
	k, _ := g.ops.identity(captured{}, []*Node{outer})
	if out := g.memo[k]; out != nil {
		return out[0]
	}
	return g.add(captured{}, k, []Type{x.typ}, []*Node{outer})[0]
}

// NewFunc traces f on inputs of the given types. Nodes of the surrounding graph that f uses become further
// inputs, after the others; they are returned. Equal bodies are one Func.
func NewFunc(g *Graph, types []Type, f func(in []*Node) []*Node) (*Func, []*Node) {
	return newFunc(g, types, func(_ *Graph, in []*Node) []*Node { return f(in) })
}

// Narrow returns f, in g, with some of its inputs and results. Inputs left out may be held by ops that do not need them.
func (f *Func) Narrow(g *Graph, in, out []int) *Func {
	ts, outs := make([]Type, len(in)), make([]*Node, len(out))
	for k, i := range in {
		ts[k] = f.in[i].typ
	}
	for k, j := range out {
		outs[k] = f.out[j]
	}
	small, _ := newFunc(g, ts, func(b *Graph, few []*Node) []*Node {
		at := map[*Node]*Node{}
		for k, i := range in {
			at[f.in[i]] = few[k]
		}
		for _, p := range f.in {
			if at[p] == nil {
				at[p] = b.Fill(0, p.typ)
			}
		}
		return Rebuild(outs, at, func(n *Node, in []*Node) []*Node { return Again(b, n, in) })
	})
	return small
}

func newFunc(g *Graph, types []Type, f func(b *Graph, in []*Node) []*Node) (*Func, []*Node) {
	if len(g.open) > 0 { // the innermost body being traced: f may use anything in sight
		g = g.open[len(g.open)-1]
	}
	b := &Graph{root: g.root, parent: g, depth: g.depth + 1, memo: map[key][]*Node{}}
	fn := &Func{g: b}
	for _, t := range types {
		fn.in = append(fn.in, b.Placeholder("operand", t))
	}
	g.open = append(g.open, b)
	for _, n := range f(b, fn.in) {
		if n.Valid() {
			n = b.capture(n)
		}
		fn.out = append(fn.out, n)
	}
	g.open = g.open[:len(g.open)-1]
	var outer []*Node
	for _, n := range fn.order() {
		if n.Op() == (captured{}) {
			fn.in, outer = append(fn.in, n), append(outer, n.In()[0])
		}
	}
	var s strings.Builder
	fn.print(&s, "")
	text := maphash.String(g.seed, s.String())
	for _, known := range g.funcs[text] {
		if alike(fn, known) {
			return known, outer
		}
	}
	g.bodies++
	fn.id = g.bodies
	g.funcs[text] = append(g.funcs[text], fn)
	return fn, outer
}

// alike compares ops as values: what prints alike can still differ, by a pointer or by a String method.
func alike(a, b *Func) bool {
	at := map[*Node]*Node{}
	match := func(x, y []*Node) bool { return slices.EqualFunc(x, y, func(x, y *Node) bool { return at[x] == y }) }
	x, y := a.order(), b.order()
	if len(x) != len(y) || len(a.in) != len(b.in) {
		return false
	}
	for i, p := range a.in {
		at[p] = b.in[i]
	}
	for i, n := range x {
		if at[n] != nil { // an operand
			continue
		}
		if n.Op() != y[i].Op() || !match(n.In(), y[i].In()) {
			return false
		}
		for j, r := range n.Results() {
			at[r] = y[i].Results()[j]
		}
	}
	return match(a.out, b.out)
}

func (f *Func) order() []*Node {
	return Order(f.out, func(n *Node) bool { return n.g != f.g })
}

// Live is Live within f.
func (f *Func) Live(outs []*Node) map[*Node]bool {
	return Live(Order(outs, func(n *Node) bool { return n.g != f.g }), outs)
}

func (f *Func) Graph() *Graph   { return f.g }
func (f *Func) Inputs() []*Node { return f.in }
func (f *Func) Outs() []*Node   { return f.out }
func (f *Func) Types() []Type   { return types(f.out) }

// Inline builds the body on other inputs, in g.
func (f *Func) Inline(g *Graph, in []*Node) []*Node {
	at := map[*Node]*Node{}
	for i, p := range f.in {
		at[p] = in[i]
	}
	return Rebuild(f.out, at, func(n *Node, in []*Node) []*Node { return Again(g, n, in) })
}
