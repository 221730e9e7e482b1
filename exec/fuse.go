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
	return c.settle(func() rewriter {
		uses := map[*graph.Node]int{}
		for _, n := range graph.Order(c.roots, nil) {
			for _, x := range n.In() {
				uses[x]++
			}
		}
		for _, r := range c.roots {
			uses[r] += 2 // to be kept, whatever else needs it
		}
		sole := func(x *graph.Node) bool { return uses[x] == 1 }
		return func(n *graph.Node, in []*graph.Node) (out []*graph.Node, changed bool) {
			if !slices.Equal(in, n.In()) {
				return graph.Again(c.g, n, in), false
			}
			if f, ok := n.Op().(graph.Fuser); ok {
				if better := f.Fuse(n, sole); better != nil {
					if len(n.Results()) > 1 {
						return better.Results(), true
					}
					return []*graph.Node{better}, true
				}
			}
			return n.Results(), false
		}
	})
}
