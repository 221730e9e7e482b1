package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Diag returns a diagonal of the matrices that the last two axes of x hold: y[…, i] = x[…, i, i + k], or x[…, i − k, i] for k < 0; the main
// one for k = 0. It is a view; its derivative is DiagEmbed, up to the shape. x may be of any dtype.
//
//	x […, n, m]    y […, d], d = max(0, min(n, m − k)) for k ≥ 0
func Diag(x *graph.Node, k int) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	if s.Rank() < 2 {
		return x.Graph().Failf("diag: %s %v: want matrices in the last two axes", x.Called(), s)
	}
	n, m := s.Dim(-2), s.Dim(-1)
	from, d := k, max(0, min(n, m-k))
	if k < 0 {
		from, d = -k*m, max(0, min(n+k, m))
	}
	flat := ReshapeTo(x, s.Cut(0, s.Rank()-2).Append(graph.Of(n*m)))
	if d == 0 {
		from = 0
	}
	return SliceStep(flat, -1, from, d, m+1)
}

func diagInfo() Info {
	info := Info{Name: "Diag", Order: 4, Bad: []Bad{
		{"want matrices in the last two axes", func(g *graph.Graph) { Diag(g.Input("x", graph.Float32, 2), 0) }},
		{"want matrices in the last two axes", func(g *graph.Graph) { Diag(g.Input("x", graph.Float32), 0) }},
	}}
	for _, s := range [][]int{{1, 1}, {3, 3}, {2, 4}, {4, 2}, {2, 3, 3}, {0, 2}, {2, 0}, {2, 2, 3, 2}} {
		for _, k := range []int{0, 1, -1, 2, -5} {
			info.Cases = append(info.Cases, Case{fmt.Sprint(s, " number ", k), []Operand{{Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(Diag(in[0], k))}
			}})
		}
	}
	return info
}
