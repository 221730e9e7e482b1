package ops

import "github.com/kedja-ml/kedja/graph"

// Pick returns one element of each row: y[r…] = x[r…, index[r…]]. Its derivative puts the cotangent back where the element came from.
//
//	x [r…, n]    index [r…], int32 or int64    y [r…]
//
// A number out of [0, n) is an error of the run.
func Pick(x, index *graph.Node) *graph.Node {
	if x.Valid() && index.Valid() && index.Shape() != x.Shape().Cut(0, x.Shape().Rank()-1) {
		return x.Graph().Failf("pick: %s %v: want an index for each row, not %v", x.Called(), x.Shape(), index.Shape())
	}
	return graph.Apply(gather{Lead: index.Shape().Rank()}, x, index)
}
