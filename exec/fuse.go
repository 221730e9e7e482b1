package exec

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// fuse lets ops take over what they alone need, such as a product the bias and the activation that follow it: the result is written once.
// It is exact: what an op calls equal has the same bits.
//
// It assumes a simplified graph. What is fused has no derivative of its own to look for: gradients are nodes by now.
func (c *compiler) fuse() error {
	p := c.program
	for changed := true; changed; {
		changed = false
		uses := map[*graph.Node]int{}
		order := graph.Order(p.roots, nil)
		for _, n := range order {
			for _, x := range n.In() {
				uses[x.Results()[0]]++
			}
		}
		for _, r := range p.roots {
			uses[r.Results()[0]] += 2 // to be kept, whatever else needs it
		}
		sole := func(x *graph.Node) bool { return uses[x.Results()[0]] == 1 }
		p.roots = graph.Rebuild(p.roots, map[*graph.Node]*graph.Node{}, func(n *graph.Node, in []*graph.Node) []*graph.Node {
			defer p.g.As(n)()
			if !slices.Equal(in, n.In()) {
				return graph.Again(p.g, n, in)
			}
			if f, ok := n.Op().(graph.Fuser); ok {
				if better := f.Fuse(n, sole); better != nil {
					changed = true
					return []*graph.Node{better}
				}
			}
			return n.Results()
		})
		if err := p.g.Err(); err != nil {
			return err
		}
	}
	return nil
}
