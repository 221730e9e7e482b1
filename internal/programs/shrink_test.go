package programs

import (
	"fmt"
	"slices"
	"strings"

	"github.com/kedja-ml/kedja/graph"
)

// shrink returns a smaller program that fails, too, and how: with fewer outputs and assignments, and inputs in place of what can be given.
func (p *program) shrink(trap bool) (small *program, why error) {
	at := oracle{}
	for i, n := range p.in {
		at[n] = p.feed[i]
	}
	roots := slices.Clone(p.outs)
	assigned := map[graph.Var]*graph.Node{}
	for v, n := range p.g.Assigned {
		assigned[v], roots = n, append(roots, n)
	}
	if err := at.eval(roots...); err != nil {
		return p, err
	}
	small, given := p, map[*graph.Node]bool{}
	try := func(roots []*graph.Node, assigned map[graph.Var]*graph.Node, given map[*graph.Node]bool) bool {
		q := p.part(roots, assigned, given, at)
		if _, err := q.check(trap); err != nil {
			small, why = q, err
			return true
		}
		return false
	}
	// Any node will do as the only output, the earlier the better.
	outs := p.outs
	for _, n := range graph.Order(roots, nil) {
		for _, r := range n.Results() {
			if at.knows(r) && why == nil && try([]*graph.Node{r}, nil, given) {
				outs, assigned = []*graph.Node{r}, nil
			}
		}
	}
	for v := range assigned {
		fewer := map[graph.Var]*graph.Node{}
		for w, n := range assigned {
			if w != v {
				fewer[w] = n
			}
		}
		if try(outs, fewer, given) {
			assigned = fewer
		}
	}
	for i := len(outs) - 1; i >= 0 && len(outs) > 1; i-- {
		if fewer := slices.Delete(slices.Clone(outs), i, i+1); try(fewer, assigned, given) {
			outs = fewer
		}
	}
	for _, n := range slices.Backward(graph.Order(roots, nil)) {
		if _, leaf := n.Op().(graph.Input); leaf || slices.Contains(outs, n) {
			continue
		}
		for _, r := range n.Results() {
			given[r] = true
		}
		if !try(outs, assigned, given) {
			for _, r := range n.Results() {
				delete(given, r)
			}
		}
	}
	return small, why
}

// part is p without the other outputs and assignments, fed with what is given.
func (p *program) part(outs []*graph.Node, assigned map[graph.Var]*graph.Node, given map[*graph.Node]bool, at oracle) *program {
	q := &program{g: graph.New(graph.Training), vars: p.vars}
	q.g.SetRNG(p.g.RNG())
	in := map[*graph.Node]*graph.Node{}
	feed := func(n *graph.Node) {
		in[n] = q.g.Placeholder("x", n.Type())
		q.in, q.feed = append(q.in, in[n]), append(q.feed, at[n])
	}
	roots := slices.Clone(outs)
	for _, n := range assigned {
		roots = append(roots, n)
	}
	for _, n := range graph.Order(roots, func(n *graph.Node) bool { return given[n] }) {
		for _, x := range n.In() {
			if given[x] && in[x] == nil {
				feed(x)
			}
		}
		if slices.Contains(p.in, n) {
			feed(n)
		}
	}
	for _, n := range roots {
		if given[n] && in[n] == nil {
			feed(n)
		}
	}
	copies := graph.Rebuild(roots, in, func(n *graph.Node, in []*graph.Node) []*graph.Node { return graph.Again(q.g, n, in) })
	q.outs = copies[:len(outs)]
	for i, n := range roots[len(outs):] {
		for v, m := range assigned {
			if m == n {
				q.g.Assign(v, copies[len(outs)+i])
			}
		}
	}
	return q
}

// print is the graph, with what small inputs hold.
func (p *program) print() string {
	var s strings.Builder
	for i, b := range p.feed {
		fmt.Fprintf(&s, "x%d %v", i, b.Type)
		for k := range min(b.Len(), 8) {
			fmt.Fprintf(&s, " %v", number(b, k))
		}
		s.WriteByte('\n')
	}
	roots := slices.Clone(p.outs)
	for v, n := range p.g.Assigned {
		fmt.Fprintf(&s, "assign %v\n", v.Type())
		roots = append(roots, n)
	}
	return s.String() + graph.Print(roots...)
}
