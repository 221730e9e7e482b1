package nn

import "github.com/kedja-ml/kedja/graph"

// flops counts the operations of an application: as its op says, or else as those it consists of or runs do.
func flops(n *graph.Node) int64 {
	types := func(ns []*graph.Node) (ts []graph.Type) {
		for _, n := range ns {
			ts = append(ts, n.Type())
		}
		return ts
	}
	if op, ok := n.Op().(graph.Costed); ok {
		return op.Flops(types(n.In()), types(n.Results()))
	}
	if op, ok := n.Op().(graph.Higher); ok {
		most, times := int64(0), int64(1) // of branches one is taken
		for _, body := range op.Bodies() {
			most = max(most, allFlops(body.Outs(), body.Graph()))
		}
		if r, ok := op.(graph.Repeater); ok {
			times = int64(r.Repeats())
		}
		return most * times
	}
	op, composite := n.Op().(graph.Composite)
	if _, kernel := n.Op().(graph.Kernel); kernel || !composite {
		return 0
	}
	g := graph.New(graph.Evaluation)
	var in []*graph.Node
	for _, t := range types(n.In()) {
		in = append(in, g.Placeholder("", t))
	}
	return allFlops(op.Define(in), g)
}

// allFlops is the sum over what outs need of g.
func allFlops(outs []*graph.Node, g *graph.Graph) (sum int64) {
	for _, n := range graph.Order(outs, func(n *graph.Node) bool { return n.Graph() != g }) {
		sum += flops(n)
	}
	return sum
}
