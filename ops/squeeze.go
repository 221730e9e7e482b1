package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Squeeze removes axes of size 1: those given, or all of them if none is.
func Squeeze(x *graph.Node, axes ...int) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	drop := [graph.MaxRank]bool{}
	for i := range s.Rank() {
		drop[i] = len(axes) == 0 && s.Dim(i) == 1
	}
	for _, a := range axes {
		i, err := s.Axis(a)
		if err == nil && s.Dim(i) != 1 {
			err = fmt.Errorf("axis %d of %v has size %d, not 1", a, s, s.Dim(i))
		}
		if err != nil {
			return x.Graph().Failf("squeeze: %w", err)
		}
		drop[i] = true
	}
	var d []int
	for i := range s.Rank() {
		if !drop[i] {
			d = append(d, s.Dim(i))
		}
	}
	return ReshapeTo(x, graph.Of(d...))
}

// Unsqueeze adds an axis of size 1, so that it is axis i of the result; a negative i counts from its end.
func Unsqueeze(x *graph.Node, i int) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	at, err := s.Append(graph.Of(1)).Axis(i)
	if err != nil {
		return x.Graph().Failf("unsqueeze: no axis %d in a result of rank %d", i, s.Rank()+1)
	}
	return ReshapeTo(x, s.Cut(0, at).Append(graph.Of(1)).Append(s.Cut(at, s.Rank())))
}

// Flatten joins all axes from the given one on; a negative one counts from the end. From the rank on, there is nothing to join and an axis
// of size 1 is added.
func Flatten(x *graph.Node, from int) *graph.Node {
	if !x.Valid() {
		return x
	}
	at := from
	if from < 0 {
		at += x.Shape().Rank()
	}
	if at < 0 || at > x.Shape().Rank() {
		return x.Graph().Failf("flatten: no axis %d in %v", from, x.Shape())
	}
	return ReshapeTo(x, x.Shape().Cut(0, at).Append(graph.Of(x.Shape().Cut(at, graph.MaxRank).Size())))
}
