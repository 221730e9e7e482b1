package exec

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// prune lets loops and branches do without the results that nobody reads, and without the operands that only those needed: what made
// such an operand is then dead, too, though it be another loop. It is exact.
//
// It assumes that definitions are expanded, so that what they do not need is seen.
func (c *compiler) prune() error {
	p := c.program
	live := graph.Live(graph.Order(p.roots, nil), p.roots)
	p.roots = graph.Rebuild(p.roots, map[*graph.Node]*graph.Node{}, func(n *graph.Node, in []*graph.Node) []*graph.Node {
		used := graph.Used(n, live)
		all := make([]*graph.Node, len(used))
		if !slices.Contains(used, true) {
			return all
		}
		if op, ok := n.Op().(graph.Pruner); ok {
			if smaller, operands, results := op.Prune(p.g, used); smaller != nil {
				few := make([]*graph.Node, len(operands))
				for i, k := range operands {
					few[i] = in[k]
				}
				defer p.g.As(n)()
				for i, r := range graph.ApplyN(smaller, len(results), few...) {
					all[results[i]] = r
				}
				return all
			}
		}
		return graph.Again(p.g, n, in)
	})
	return p.g.Err()
}
