package flow

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// Fuse lays out before the loop the operands that ops of the body would lay out in each round though they stay the same, such as the
// weight of a product. Executors ask when gradients are nodes already.
func (o scan) Fuse(n *graph.Node, _ func(x *graph.Node) bool) *graph.Node {
	if o.Steps < 2 {
		return nil
	}
	ins, from := o.Body.Inputs(), n.In()
	// prepared returns an op of the body that takes one of the nodes outside laid out anew, and that.
	prepared := func(x *graph.Node) (op graph.Op, i int, outside *graph.Node) {
		p, ok := x.Op().(graph.Preparer)
		if !ok {
			return nil, 0, nil
		}
		for i, y := range x.In() {
			if at := slices.Index(ins, y); at >= o.States+o.Xs {
				if layOut, op := p.Prepare(types(x.In()), i); op != nil {
					return op, i, graph.Apply(layOut, from[at])
				}
			}
		}
		return nil, 0, nil
	}
	gains := slices.ContainsFunc(graph.Order(o.Body.Outs(), func(x *graph.Node) bool { return x.Graph() != o.Body.Graph() }),
		func(x *graph.Node) bool { op, _, _ := prepared(x); return op != nil })
	if !gains {
		return nil
	}
	r := loop(o.Reverse, from[:o.States], from[o.States:o.States+o.Xs], func(in []*graph.Node) ([]*graph.Node, error) {
		at := map[*graph.Node]*graph.Node{}
		for i, p := range ins {
			if at[p] = from[i]; i < len(in) {
				at[p] = in[i]
			}
		}
		return graph.Rebuild(o.Body.Outs(), at, func(x *graph.Node, operands []*graph.Node) []*graph.Node {
			if op, i, outside := prepared(x); op != nil {
				operands[i] = outside
				defer in[0].Graph().As(x)()
				return graph.ApplyN(op, len(x.Results()), operands...)
			}
			return graph.Again(in[0].Graph(), x, operands)
		}), nil
	})
	if r == nil {
		return nil
	}
	return r[0]
}

func types(ns []*graph.Node) []graph.Type {
	ts := make([]graph.Type, len(ns))
	for i, n := range ns {
		ts[i] = n.Type()
	}
	return ts
}
