package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// At returns number i along an axis, which disappears: y[a…, b…] = x[a…, i, b…]. A negative i counts from the end, so that −1 is the last
// step of a sequence. It is a view, of Slice and Squeeze, and its derivative pads with zeros. A number that is not there is an error.
//
//	x [a…, n, b…], of any dtype    y [a…, b…]
func At(x *graph.Node, axis, i int) *graph.Node {
	if !x.Valid() {
		return x
	}
	a, err := x.Shape().Axis(axis)
	n := x.Shape().Dim(a)
	if err == nil && (i < -n || i >= n) {
		err = fmt.Errorf("no number %d among the %d of axis %d", i, n, axis)
	}
	if err != nil {
		return x.Graph().Failf("at %s %v: %w", x.Called(), x.Shape(), err)
	}
	if i < 0 {
		i += n
	}
	return Squeeze(Slice(x, a, i, 1), a)
}
