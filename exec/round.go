package exec

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// round lets ops be computed in other ways, whose results differ by rounding as far as the option Rounding allows. It is of class R: what
// it chooses states a bound of its error. Under graph.Exact it leaves all as it is.
//
// It assumes a fused graph, so that what is chosen takes a bias along.
func (c *compiler) round() error {
	if c.rounding == graph.Exact {
		return nil
	}
	return c.settle(func() rewriter {
		return func(n *graph.Node, in []*graph.Node) (out []*graph.Node, changed bool) {
			if out = n.Results(); !slices.Equal(in, n.In()) {
				out = graph.Again(c.g, n, in)
			}
			if r, ok := out[0].Op().(graph.Rounder); ok {
				if better := r.Round(out[0], c.rounding); better != nil {
					return []*graph.Node{better}, true
				}
			}
			return out, false
		}
	})
}
