package vmap

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// None stands for the axis of an operand that is the same for all rows.
const None = math.MinInt

// Over is Map along any axes: f is applied to the slices of xs[i] along axis axes[i], negative from the end, or to all of it if that is None. Each
// result gets a leading axis. Slices have one more axis before them than f sees, so that xs[i] is transposed first.
func Over(f func(in []*graph.Node) []*graph.Node, axes []int, xs ...*graph.Node) []*graph.Node {
	if len(xs) == 0 || len(axes) != len(xs) {
		panic(fmt.Sprintf("vmap: %d operands and %d axes", len(xs), len(axes)))
	}
	first, mapped := make([]*graph.Node, len(xs)), make([]bool, len(xs))
	for i, x := range xs {
		if first[i] = x; axes[i] == None || !x.Valid() {
			continue
		}
		if mapped[i] = true; x.Shape().Rank() > 0 { // of a scalar Flagged says that it has no rows
			first[i] = ops.MoveAxis(x, axes[i], 0)
		}
	}
	return Flagged(f, first, mapped)
}
