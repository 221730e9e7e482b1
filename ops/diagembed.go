package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// DiagEmbed returns square matrices with the last axis of v on a diagonal and zeros elsewhere: y[…, i, i + k] = v[…, i], or
// y[…, i − k, i] = v[…, i] for k < 0. v is numbers; Diag is its derivative.
//
//	v […, n]    y […, n + |k|, n + |k|]
func DiagEmbed(v *graph.Node, k int) *graph.Node {
	if !v.Valid() {
		return v
	}
	if v.Shape().Rank() < 1 {
		return v.Graph().Failf("diagembed: %s %v: want vectors in the last axis", v.Called(), v.Shape())
	}
	size := v.Shape().Dim(-1) + max(k, -k)
	rows := PadWith(v, -1, max(0, -k), max(0, k), 0) // what stands in each row
	at := Unsqueeze(Iota(v.Graph(), graph.Int64, size), -1)
	here := Equal(Add(at, Like(float64(k), at)), Iota(v.Graph(), graph.Int64, size))
	y := ExpandTo(Unsqueeze(rows, -1), v.Shape().WithDim(-1, size).Append(graph.Of(size)))
	return Where(ExpandTo(here, y.Shape()), y, Like(0, y))
}

func diagEmbedInfo() Info {
	info := Info{Name: "DiagEmbed", Order: 4, Bad: []Bad{
		{"want vectors in the last axis", func(g *graph.Graph) { DiagEmbed(g.Input("v", graph.Float32), 0) }},
	}}
	for _, s := range [][]int{{1}, {3}, {0}, {2, 3}, {1, 2}, {2, 2, 3}, {2, 0}} {
		for _, k := range []int{0, 1, -1, 2, -3} {
			info.Cases = append(info.Cases, Case{fmt.Sprint(s, " number ", k), []Operand{{Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(DiagEmbed(in[0], k))}
			}})
		}
	}
	return info
}
