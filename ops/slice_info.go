package ops

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

func sliceInfo() Info {
	vector := func(n int) func(g *graph.Graph) *graph.Node {
		return func(g *graph.Graph) *graph.Node { return g.Input("x", graph.Float32, n) }
	}
	slice := func(want string, axis, at, n, step int) Bad {
		return Bad{want, func(g *graph.Graph) { SliceStep(vector(3)(g), axis, at, n, step) }}
	}
	info := Info{Name: "Slice", Order: 4, Bad: []Bad{
		slice("no 3 elements from 1", 0, 1, 3, 1), slice("no 1 elements from -1", 0, -1, 1, 1), slice("no -1 elements", 0, 0, -1, 1),
		slice("by steps of 0", 0, 0, 2, 0), slice("by steps of 2", 0, 1, 2, 2), slice("by steps of -2", 0, 1, 2, -2),
		slice("by steps of 9223372036854775807", 0, 1, 3, math.MaxInt), slice("by steps of -9223372036854775808", 0, 1, 2, math.MinInt),
		slice("no axis 1 in [3]", 1, 0, 1, 1),
	}}
	for _, s := range shapes {
		for a := range s {
			n := s[a]
			info.Cases = append(info.Cases, Case{fmt.Sprint(s, " along ", a), []Operand{{Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				x := Square(in[0])
				return []*graph.Node{Slice(x, a, n/3, n-n/3), SliceStep(x, a, min(1, max(0, n-1)), n/2, 2), SliceStep(x, a, max(0, n-1), (n+2)/3, -3)}
			}})
		}
	}
	return info
}

func flipInfo() Info {
	flip := func(x *graph.Node, axis int) []*graph.Node {
		y := Flip(x, axis)
		if !y.Valid() {
			return []*graph.Node{y}
		}
		return []*graph.Node{Mul(x, y)}
	}
	return Info{Name: "Flip", Order: 4, Cases: axisCases(flip, Real, true), Bad: axisBad(flip, graph.Float32, "")[:3]}
}

func splitInfo() Info {
	split := func(x *graph.Node, axis int) []*graph.Node {
		n := x.Shape().Dim(axis)
		parts := Split(x, axis, n/2, 0, n-n/2)
		for i, p := range parts {
			if p.Valid() {
				parts[i] = Square(p)
			}
		}
		return parts
	}
	return Info{Name: "Split", Order: 4, Cases: axisCases(split, Real, true), Bad: append(axisBad(split, graph.Float32, "")[:3], Bad{
		"sizes [1 1] add up to 2, not to the 3 of axis 0", func(g *graph.Graph) { Split(g.Input("x", graph.Float32, 3), 0, 1, 1) },
	}, Bad{
		"no 4 elements", func(g *graph.Graph) { Split(g.Input("x", graph.Float32, 3), 0, 4, -1) },
	})}
}
