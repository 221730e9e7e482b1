package exec

import (
	"github.com/kedja-ml/kedja/graph"
)

// maxFold bounds the bytes of a constant that is computed ahead: masks and positions fit, while a large array that one
// element and a stride describe stays as it is.
const maxFold = 1 << 20

// fold computes what depends on constants alone, once, with the kernels that a run would use: the bits are the same.
//
// It assumes that every op has a kernel or is a view. Views of constants stay views, and a single number becomes a Fill, which
// what simplifies knows.
func (c *compiler) fold() error {
	p := c.program
	if p.folding {
		return nil
	}
	known, computed := map[*graph.Node]bool{}, map[*graph.Node]bool{}
	var wanted []*graph.Node
	want := func(n *graph.Node) {
		for _, view := n.Op().(graph.View); view && n.In()[0].Type().Bytes() < n.Type().Bytes(); _, view = n.Op().(graph.View) {
			n = n.In()[0] // few elements seen many times stay few
		}
		if computed[n] && n.Type().Bytes() <= maxFold {
			wanted = append(wanted, n)
			computed[n] = false // once
		}
	}
	for _, n := range graph.Order(p.roots, nil) {
		all, work := foldable(n), false
		for _, x := range n.In() {
			all, work = all && known[x], work || computed[x]
		}
		if !all {
			for _, x := range n.In() {
				want(x)
			}
			continue
		}
		_, view := n.Op().(graph.View)
		for _, r := range n.Results() {
			known[r], computed[r] = true, len(n.In()) > 0 && (work || !view)
		}
	}
	for _, r := range p.roots {
		want(r)
	}
	if len(wanted) == 0 {
		return nil
	}
	sub, err := lower(&program{options: options{workers: 1, noTrap: true, rounding: p.rounding, folding: true}, roots: wanted, outs: len(wanted)})
	if err != nil {
		return err
	}
	values, err := sub.RunBuffers()
	if err != nil {
		return err
	}
	at := map[*graph.Node]*graph.Node{}
	for i, n := range wanted {
		if hasNaN(values[i]) { // left to the run, so that a trap can name the op
			continue
		}
		release := p.g.As(n)
		if v, one := single(values[i]); one {
			at[n] = p.g.Fill(v, n.Type())
		} else {
			at[n] = p.g.Constant(values[i])
		}
		release()
	}
	p.roots = graph.Rebuild(p.roots, at, func(n *graph.Node, in []*graph.Node) []*graph.Node { return graph.Again(p.g, n, in) })
	return p.g.Err()
}

// foldable reports whether n is a constant if its operands are.
func foldable(n *graph.Node) bool {
	switch n.Op().(type) {
	case graph.Input, graph.Read, graph.Higher, graph.Observer:
		return false
	}
	return true
}

// single returns the only element of a float buffer.
func single(b graph.Buffer) (v float64, ok bool) {
	switch {
	case b.Len() != 1:
		return 0, false
	case b.Type.Dtype == graph.Float32:
		return float64(graph.Data[float32](b)[0]), true
	case b.Type.Dtype == graph.Float64:
		return graph.Data[float64](b)[0], true
	}
	return 0, false
}
