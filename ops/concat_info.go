package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

func concatInfo() Info {
	info := Info{Name: "Concat", Order: 4, Bad: []Bad{
		{"dtypes float32 and int32 differ", func(g *graph.Graph) { Concat(0, g.Input("x", graph.Float32, 3), g.Input("y", graph.Int32, 3)) }},
		{"differ beside axis 0", func(g *graph.Graph) { Concat(0, g.Input("x", graph.Float32, 3, 1), g.Input("y", graph.Float32, 3, 2)) }},
		{"no axis 1 in [3]", func(g *graph.Graph) { Concat(1, g.Input("x", graph.Float32, 3), g.Input("y", graph.Float32, 3)) }},
	}}
	for _, s := range shapes {
		for a := range s {
			other := graph.Of(s...).WithDim(a, s[a]+1)
			info.Cases = append(info.Cases, Case{
				fmt.Sprint(s, a),
				[]Operand{{Shape: graph.Of(s...), Draw: Real}, {Shape: other, Draw: Real}},
				func(in []*graph.Node) []*graph.Node { return []*graph.Node{Square(Concat(a, in[0], in[1], in[0]))} },
			})
		}
	}
	return info
}

func stackInfo() Info {
	info := Info{Name: "Stack", Order: 4, Bad: []Bad{
		{"no axis 3 in a result of rank 3", func(g *graph.Graph) { Stack(3, g.Input("x", graph.Float32, 2, 3)) }},
		{"stack: shapes [2] and [3] differ", func(g *graph.Graph) { Stack(0, g.Input("x", graph.Float32, 2), g.Input("y", graph.Float32, 3)) }},
		{"dtypes float32 and int32 differ", func(g *graph.Graph) { Stack(0, g.Input("x", graph.Float32, 2), g.Input("y", graph.Int32, 2)) }},
	}}
	for _, s := range shapes {
		for axis := -len(s) - 1; axis <= len(s); axis++ {
			info.Cases = append(info.Cases, Case{fmt.Sprint(s, " at ", axis), []Operand{{Shape: graph.Of(s...), Draw: Real}, {Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(Stack(axis, in[0], in[1], in[0]))}
			}})
		}
	}
	return info
}
