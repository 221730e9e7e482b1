package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Split cuts an axis into parts of the given sizes, which must add up to its own. The parts are views.
func Split(x *graph.Node, axis int, sizes ...int) []*graph.Node {
	sum := 0
	for _, n := range sizes {
		sum += n
	}
	if x.Valid() {
		at, err := x.Shape().Axis(axis)
		if err == nil && sum != x.Shape().Dim(at) {
			err = fmt.Errorf("sizes %v add up to %d, not to the %d of axis %d", sizes, sum, x.Shape().Dim(at), axis)
		}
		if err != nil {
			return x.Graph().Fail(len(sizes), fmt.Errorf("split: %s %v: %w", x.Called(), x.Shape(), err))
		}
	}
	out, at := make([]*graph.Node, len(sizes)), 0
	for i, n := range sizes {
		out[i] = Slice(x, axis, at, n)
		at += n
	}
	return out
}
