package flow

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Switch returns branches[index](in...), where index is an int scalar; below 0 it is the first branch, beyond the end the last one. Only one of
// them runs. It is ⌈log₂ n⌉ nested Conds, and differentiates and maps over rows as they do.
func Switch(index *graph.Node, branches []func(in []*graph.Node) []*graph.Node, in ...*graph.Node) []*graph.Node {
	switch t := index.Type(); {
	case len(branches) == 0:
		panic("flow: a switch without branches")
	case index.Valid() && (t.Dtype != graph.Int32 && t.Dtype != graph.Int64 || t.Shape.Rank() != 0):
		return index.Graph().Fail(len(branches[0](in)), fmt.Errorf("switch: want an index that is an int scalar, not %v", t))
	}
	return choose(index, 0, branches, in)
}

// choose is Switch among the branches from one on.
func choose(index *graph.Node, from int, branches []func(in []*graph.Node) []*graph.Node, in []*graph.Node) []*graph.Node {
	if len(branches) == 1 {
		return branches[0](in)
	}
	half := len(branches) / 2
	lower := func(in []*graph.Node) []*graph.Node { return choose(index, from, branches[:half], in) }
	upper := func(in []*graph.Node) []*graph.Node { return choose(index, from+half, branches[half:], in) }
	return Cond(ops.Less(index, ops.Like(float64(from+half), index)), lower, upper, in...)
}
