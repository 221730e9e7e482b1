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
		before := map[*graph.Node]int{} // how often a node is used
		for _, n := range graph.Order(c.roots, nil) {
			for _, x := range n.In() {
				before[x]++
			}
		}
		for _, r := range c.roots {
			before[r] += 2 // to be kept, whatever else needs it
		}
		// Of what becomes of the nodes, users come after their operands: how many there will be is known from those there were.
		uses := map[*graph.Node]int{}
		become := func(n *graph.Node, out []*graph.Node) []*graph.Node {
			for i, r := range n.Results() {
				uses[out[i]] += before[r]
			}
			return out
		}
		var within func(n *graph.Node)
		within = func(n *graph.Node) { // counts what an op made below its result
			for _, x := range n.In() {
				if _, known := uses[x]; !known {
					within(x)
					uses[x]++
				}
			}
		}
		sole := func(x *graph.Node) bool { return uses[x] == 1 }
		return func(n *graph.Node, in []*graph.Node) (out []*graph.Node, changed bool) {
			if out = n.Results(); !slices.Equal(in, n.In()) {
				out = graph.Again(c.g, n, in)
			}
			if f, ok := out[0].Op().(graph.Fuser); ok {
				if better := f.Fuse(out[0], sole); better != nil {
					within(better)
					if out = []*graph.Node{better}; len(n.Results()) > 1 {
						out = better.Results()
					}
					return become(n, out), true
				}
			}
			return become(n, out), false
		}
	})
}
