package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Outer returns all products of an element of a with one of b, which are vectors of numbers of one dtype: y[i, j] = a[i]·b[j].
//
//	a [n]    b [m]    y [n, m]        ∂a[i] = Σⱼ ∂y[i, j]·b[j]        ∂b[j] = Σᵢ ∂y[i, j]·a[i]
func Outer(a, b *graph.Node) *graph.Node {
	for _, x := range []*graph.Node{a, b} {
		if x.Valid() && x.Shape().Rank() != 1 {
			return x.Graph().Failf("outer: %s %v: want vectors", x.Called(), x.Shape())
		}
	}
	if !a.Valid() {
		return a
	}
	return Mul(Unsqueeze(a, -1), b)
}

func outerInfo() Info {
	info := Info{Name: "Outer", Order: 4, Bad: []Bad{
		{"outer: y [2 3]: want vectors", func(g *graph.Graph) { Outer(g.Input("x", graph.Float32, 2), g.Input("y", graph.Float32, 2, 3)) }},
		{"dtypes float32 and float64 differ", func(g *graph.Graph) { Outer(g.Input("x", graph.Float32, 2), g.Input("y", graph.Float64, 2)) }},
	}}
	for n := range 6 {
		for m := range 6 {
			info.Cases = append(info.Cases, Case{fmt.Sprint(n, " by ", m), []Operand{{Shape: graph.Of(n), Draw: Real}, {Shape: graph.Of(m), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Outer(in[0], in[1])}
			}})
		}
	}
	return info
}
