package ops

import "github.com/kedja-ml/kedja/graph"

// Lead gives x a leading axis of size n, along which it repeats.
func Lead(x *graph.Node, n int) *graph.Node { return ExpandTo(x, x.Shape().Lead(n)) }

// Align gives the operands that are not mapped the leading axis of the others; for batching rules of ops that take
// leading axes natively.
func Align(in []*graph.Node, mapped []bool) []*graph.Node {
	n := 0
	for i, m := range mapped {
		if m {
			n = in[i].Shape().Dim(0)
		}
	}
	out := make([]*graph.Node, len(in))
	for i, x := range in {
		if out[i] = x; !mapped[i] {
			out[i] = Lead(x, n)
		}
	}
	return out
}
