package graph

import (
	"errors"
	"fmt"
	"slices"
)

// Verify checks what every pass must keep: operands precede, types are what Infer says, equal applications are one.
func (g *Graph) Verify() error {
	for _, n := range g.nodes {
		for _, x := range n.In() {
			if x.id >= n.id || x.g != g && n.Op() != (captured{}) {
				return fmt.Errorf("graph: %s does not follow its operand %s", n.Op().Name(), x.Op().Name())
			}
		}
		ts, err := n.Op().Infer(types(n.In()))
		if err != nil || !slices.Equal(ts, types(n.Results())) {
			return fmt.Errorf("graph: %s has types %v, but Infer says %v, error %v", n.Op().Name(), types(n.Results()), ts, err)
		}
		k, err := g.ops.identity(n.Op(), n.In())
		if out := g.memo[k]; err != nil || len(out) == 0 || out[0] != n {
			return fmt.Errorf("graph: %s is not the only one of its kind, error %v", n.Op().Name(), err)
		}
		if h, ok := n.Op().(Higher); ok {
			for _, f := range h.Bodies() {
				err = errors.Join(err, f.g.Verify())
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}
