package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Eye returns the identity matrix [n, n] of dtype d.
func Eye(g *graph.Graph, d graph.Dtype, n int) *graph.Node {
	i := Iota(g, graph.Int64, n)
	if !i.Valid() {
		return i
	}
	return Cast(Equal(Unsqueeze(i, -1), i), d)
}

func eyeInfo() Info {
	info := Info{Name: "Eye", Bad: []Bad{
		{"shape [-1] has a negative size", func(g *graph.Graph) { Eye(g, graph.Float32, -1) }},
		{"shape [-4611686018427387904] has a negative size", func(g *graph.Graph) { Eye(g, graph.Int32, -1<<62) }},
		{"no dtype", func(g *graph.Graph) { Eye(g, graph.Dtype(99), 3) }},
		{"overflows", func(g *graph.Graph) { Eye(g, graph.Bool, 1<<40) }},
		{"overflows", func(g *graph.Graph) { Eye(g, graph.Float64, 1<<62) }},
	}}
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64, graph.Int32, graph.Int64, graph.Uint8, graph.Bool} {
		for n := range 6 {
			info.Cases = append(info.Cases, Case{fmt.Sprint(d, " ", n), []Operand{{Shape: graph.Of(1), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Eye(in[0].Graph(), d, n)}
			}})
		}
	}
	return info
}
