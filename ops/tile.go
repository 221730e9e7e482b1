package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Tile repeats x as a whole so many times along each axis, as NumPy's tile does: reps are aligned at the last axis, missing leading ones are
// 1, and further ones add axes. x may be of any dtype; the derivative is the sum over the copies.
//
//	x [a, b]    Tile(x, 2, 3) [2a, 3b]
func Tile(x *graph.Node, reps ...int) *graph.Node {
	if !x.Valid() {
		return x
	}
	rank := max(x.Shape().Rank(), len(reps))
	y := Reshape(x, tail(x.Shape(), rank)...)
	for i, r := range reps {
		if r < 0 {
			return x.Graph().Failf("tile: %s %v: want repetitions that are not negative, not %v", x.Called(), x.Shape(), reps)
		}
		if r != 1 && y.Valid() { // as three axes, so that any rank has room for the copies
			s, at := y.Shape(), rank-len(reps)+i
			before, after := s.Cut(0, at).Size(), s.Cut(at, rank).Size()
			y = ReshapeTo(Expand(Reshape(y, before, 1, after), before, r, after), s.WithDim(at, r*s.Dim(at)))
		}
	}
	return y
}

// tail is a shape with leading axes of size 1 up to a rank.
func tail(s graph.Shape, rank int) []int {
	d := make([]int, rank)
	for i := range d {
		if d[i] = 1; i >= rank-s.Rank() {
			d[i] = s.Dim(i - rank + s.Rank())
		}
	}
	return d
}

func tileInfo() Info {
	info := Info{Name: "Tile", Order: 4, Bad: []Bad{
		{"want repetitions that are not negative, not [2 -1]", func(g *graph.Graph) { Tile(g.Input("x", graph.Float32, 2, 3), 2, -1) }},
		{"rank", func(g *graph.Graph) { Tile(g.Input("x", graph.Float32, 2), 2, 2, 2, 2, 2, 2, 2, 2, 2) }},
	}}
	for _, s := range [][]int{{}, {1}, {3}, {0}, {2, 3}, {1, 4}, {2, 0, 2}, {2, 3, 2}, {2, 1, 2, 1, 2}} {
		for _, reps := range [][]int{{}, {2}, {1, 3}, {3, 2}, {0, 2}, {2, 1, 2}, {2, 1, 2, 2, 1}} {
			info.Cases = append(info.Cases, Case{fmt.Sprint(s, " by ", reps), []Operand{{Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(Tile(in[0], reps...))}
			}})
		}
	}
	return info
}
