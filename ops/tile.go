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
	var apart, expanded, to []int
	for i := range rank {
		n, r := 1, 1
		if k := i - rank + x.Shape().Rank(); k >= 0 {
			n = x.Shape().Dim(k)
		}
		if k := i - rank + len(reps); k >= 0 {
			if r = reps[k]; r < 0 {
				return x.Graph().Failf("tile: %s %v: want repetitions that are not negative, not %v", x.Called(), x.Shape(), reps)
			}
		}
		if to = append(to, r*n); r != 1 { // axes of one repetition stay whole: a shape has few
			apart, expanded = append(apart, 1), append(expanded, r)
		}
		apart, expanded = append(apart, n), append(expanded, n)
	}
	if len(apart) > graph.MaxRank { // an axis at a time
		y := Reshape(x, tail(x.Shape(), rank)...)
		for i := range rank {
			if k := i - rank + len(reps); k >= 0 && reps[k] != 1 {
				one := make([]int, rank-i)
				for j := range one {
					one[j] = 1
				}
				one[0] = reps[k]
				y = Tile(y, one...)
			}
		}
		return y
	}
	return Reshape(Expand(Reshape(x, apart...), expanded...), to...)
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
