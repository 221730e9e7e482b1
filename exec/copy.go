package exec

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// copyGraph copies what the roots need to a graph of the plan's own: dead code stays behind, and the user's graph stays as it is.
//
// It assumes a graph without errors. After it, the inputs are the leaves listed in In, and no other input is left.
func (c *compiler) copyGraph() error {
	p := c.program
	p.g = graph.New(graph.Evaluation)
	p.g.SetRNG(p.rng)
	at := map[*graph.Node]*graph.Node{}
	in := make([]*graph.Node, len(p.in))
	for i, n := range p.in {
		if _, ok := n.Op().(graph.Input); !ok && n.Op().Name() != "capture" {
			return fmt.Errorf("exec: %s (%s), number %d of In, is not an input", n.Called(), n.Origin(), i)
		}
		if at[n] != nil {
			return fmt.Errorf("exec: input %q (%s) is listed twice in In", n.Called(), n.Origin())
		}
		in[i] = p.g.Placeholder(n.Called(), n.Type())
		at[n] = in[i]
		p.names = append(p.names, n.Called())
	}
	p.in = in
	var unfed error
	p.roots = graph.Rebuild(p.roots, at, func(n *graph.Node, in []*graph.Node) []*graph.Node {
		if l, ok := n.Op().(graph.Input); ok {
			unfed = errors.Join(unfed, fmt.Errorf("exec: input %q (%s) is needed but not in In", l.Called, n.Origin()))
		}
		return graph.Again(p.g, n, in)
	})
	return errors.Join(unfed, p.g.Err())
}
