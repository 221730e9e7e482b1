package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Kron returns the Kronecker product of arrays of one rank, numbers of one dtype: blocks of b, each multiplied by an element of a.
//
//	a [n, m]    b [p, q]    y [n·p, m·q]        y[i·p + k, j·q + l] = a[i, j]·b[k, l]
//
// Of other ranks likewise, up to half the largest rank of a shape.
func Kron(a, b *graph.Node) *graph.Node {
	if !a.Valid() || !b.Valid() {
		return Mul(a, b)
	}
	s, t := a.Shape(), b.Shape()
	if s.Rank() != t.Rank() {
		return a.Graph().Failf("kron: %s %v, %s %v: want one rank", a.Called(), s, b.Called(), t)
	}
	var da, db, to []int
	for i := range s.Rank() {
		da, db, to = append(da, s.Dim(i), 1), append(db, 1, t.Dim(i)), append(to, s.Dim(i)*t.Dim(i))
	}
	return Reshape(Mul(Reshape(a, da...), Reshape(b, db...)), to...)
}

func kronInfo() Info {
	info := Info{Name: "Kron", Order: 4, Bad: []Bad{
		{"kron: x [2], y [2 3]: want one rank", func(g *graph.Graph) { Kron(g.Input("x", graph.Float32, 2), g.Input("y", graph.Float32, 2, 3)) }},
		{"dtypes float32 and float64 differ", func(g *graph.Graph) { Kron(g.Input("x", graph.Float32, 2), g.Input("y", graph.Float64, 2)) }},
	}}
	for _, sets := range [][][]int{{{}}, {{0}, {1}, {3}}, {{1, 1}, {2, 3}, {3, 1}, {0, 2}}, {{1, 2, 1}, {2, 1, 3}}} {
		for _, s := range sets {
			for _, t := range sets {
				info.Cases = append(info.Cases, Case{fmt.Sprint(s, " by ", t), []Operand{{Shape: graph.Of(s...), Draw: Real}, {Shape: graph.Of(t...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{Kron(in[0], in[1])}
				}})
			}
		}
	}
	return info
}
