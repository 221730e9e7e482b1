package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Dot returns the dot products of the vectors that the last axes of a and b hold, y[…] = Σᵢ a[…, i]·b[…, i]; leading axes broadcast.
//
//	a […, n]    b […, n]    y […]        ∂a = ∂y·b        ∂b = ∂y·a
//
// Operands are numbers of one dtype.
func Dot(a, b *graph.Node) *graph.Node {
	if !a.Valid() || !b.Valid() {
		return Mul(a, b)
	}
	s, t := a.Shape(), b.Shape()
	if s.Rank() < 1 || t.Rank() < 1 || s.Dim(-1) != t.Dim(-1) {
		return a.Graph().Failf("dot: %s %v · %s %v: want vectors of one length in the last axes", a.Called(), s, b.Called(), t)
	}
	y := Mul(a, b)
	if !y.Valid() {
		return y
	}
	return Sum(y, -1)
}

func dotInfo() Info {
	info := Info{Name: "Dot", Order: 4, Bad: []Bad{
		{"dot: a [2] · b [3]: want vectors of one length", func(g *graph.Graph) { Dot(g.Input("a", graph.Float32, 2), g.Input("b", graph.Float32, 3)) }},
		{"dot: a [2] · b []: want vectors of one length", func(g *graph.Graph) { Dot(g.Input("a", graph.Float32, 2), g.Input("b", graph.Float32)) }},
		{"dtypes float32 and float64 differ", func(g *graph.Graph) { Dot(g.Input("a", graph.Float32, 2), g.Input("b", graph.Float64, 2)) }},
		{"shapes [2 3] and [4 3] do not broadcast", func(g *graph.Graph) { Dot(g.Input("a", graph.Float32, 2, 3), g.Input("b", graph.Float32, 4, 3)) }},
		{"not bool", func(g *graph.Graph) { Dot(g.Input("a", graph.Bool, 2), g.Input("b", graph.Bool, 2)) }},
	}}
	for _, s := range [][2][]int{{{}, {}}, {{2}, {2}}, {{2}, {}}, {{}, {3}}, {{2, 1}, {3}}, {{0}, {1}}} {
		for _, n := range []int{0, 1, 2, 5, 9} {
			a, b := graph.Of(s[0]...).Append(graph.Of(n)), graph.Of(s[1]...).Append(graph.Of(n))
			info.Cases = append(info.Cases, Case{fmt.Sprint(a, b), []Operand{{Shape: a, Draw: Real}, {Shape: b, Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Dot(in[0], in[1])}
			}})
		}
	}
	return info
}
