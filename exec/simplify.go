package exec

import (
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// simplify replaces definitions without a kernel by what they define, and nodes by cheaper equal ones, until nothing changes. It is
// exact: what an op calls equal has the same bits.
//
// After it, every op has a kernel or is a view, a leaf or a draw's key.
func (c *compiler) simplify() error {
	return c.settle(func() rewriter { return c.rewrite })
}

// A rewriter returns the results of n on other operands, and whether they are more than n again.
type rewriter func(n *graph.Node, in []*graph.Node) (out []*graph.Node, changed bool)

// settle rewrites the graph until nothing changes; each round has a rewriter of its own.
func (p *program) settle(round func() rewriter) error {
	for changed := true; changed; {
		changed = false
		f := round()
		p.roots = graph.Rebuild(p.roots, map[*graph.Node]*graph.Node{}, func(n *graph.Node, in []*graph.Node) []*graph.Node {
			defer p.g.As(n)()
			out, again := f(n, in)
			changed = changed || again
			return out
		})
		if err := p.g.Err(); err != nil {
			return err
		}
	}
	return nil
}

// defines wants of a definition what Infer said of the op.
func defines(ds []*graph.Node, n *graph.Node) error {
	if len(ds) != len(n.Results()) {
		return fmt.Errorf("%s has %d results, but its definition %d", n.Op().Name(), len(n.Results()), len(ds))
	}
	for i, r := range n.Results() {
		if d := ds[i]; d != nil && d.Valid() && d.Type() != r.Type() {
			return fmt.Errorf("%s is %v, but its definition %v", n.Op().Name(), r.Type(), d.Type())
		}
	}
	return nil
}

func (p *program) rewrite(n *graph.Node, in []*graph.Node) (out []*graph.Node, changed bool) {
	_, kernel := n.Op().(graph.Kernel)
	if c, ok := n.Op().(graph.Composite); ok && !kernel {
		ds := c.Define(in)
		if err := defines(ds, n); err != nil {
			return p.g.Fail(len(n.Results()), err), true
		}
		return ds, true
	}
	if slices.Equal(in, n.In()) {
		out = n.Results()
	} else {
		out = graph.Again(p.g, n, in)
	}
	if s, ok := n.Op().(graph.Simplifier); ok && len(out) == 1 && out[0].Valid() {
		if better := s.Simplify(out[0]); better != nil && better != out[0] {
			if better.Valid() && better.Type() != n.Type() {
				return p.g.Fail(1, fmt.Errorf("%s is %v, but its simplification %v", n.Op().Name(), n.Type(), better.Type())), true
			}
			return []*graph.Node{better}, true
		}
	}
	return out, false
}
