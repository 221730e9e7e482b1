package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

func matMulInfo() Info {
	info := Info{Name: "MatMul", Order: 4, Bad: []Bad{
		{"inner dimensions 3 and 4 differ", func(g *graph.Graph) { MatMul(g.Input("x", graph.Float32, 2, 3), g.Input("w", graph.Float32, 4, 5)) }},
		{"ops.Unsqueeze(x, 0) makes a vector a row", func(g *graph.Graph) { MatMul(g.Input("x", graph.Float32, 3), g.Input("w", graph.Float32, 3, 5)) }},
		{"leading axes [2] and [3] do not broadcast", func(g *graph.Graph) {
			MatMul(g.Input("x", graph.Float32, 2, 4, 3), g.Input("w", graph.Float32, 3, 3, 5))
		}},
		{"dtypes float32 and float64 differ", func(g *graph.Graph) { MatMul(g.Input("x", graph.Float32, 2, 3), g.Input("w", graph.Float64, 3, 5)) }},
		{"want float32 or float64, not int32", func(g *graph.Graph) { MatMul(g.Input("x", graph.Int32, 2, 3), g.Input("w", graph.Int32, 3, 5)) }},
		{"x [2 4 3] · w [4 5]: inner dimensions 3 and 4 differ", func(g *graph.Graph) { MatMul(g.Input("x", graph.Float32, 2, 4, 3), g.Input("w", graph.Float32, 4, 5)) }},
		{"not rank 1", func(g *graph.Graph) {
			MatMulT(g.Input("x", graph.Float32, 3, 2), g.Input("w", graph.Float32, 3), true, true)
		}},
	}}
	for _, s := range [][]int{{2, 3, 4}, {1, 1, 1}, {1, 5, 2}, {5, 1, 3}, {3, 2, 1}, {7, 9, 8}, {0, 3, 2}, {2, 0, 3}, {2, 3, 0}} {
		for flags := range 4 {
			ta, tb := flags&1 == 1, flags&2 == 2
			a, b := graph.Of(s[0], s[1]), graph.Of(s[1], s[2])
			if ta {
				a = graph.Of(s[1], s[0])
			}
			if tb {
				b = graph.Of(s[2], s[1])
			}
			info.Cases = append(info.Cases, product2(fmt.Sprint(s, ta, tb), a, b, ta, tb))
		}
	}
	for i, s := range [][2][]int{
		{{2, 3, 4}, {2, 4, 2}}, {{2, 3, 4}, {4, 2}}, {{3, 4}, {2, 4, 2}}, {{2, 1, 2, 3}, {3, 3, 2}}, {{0, 2, 3}, {3, 2}}, {{2, 2, 2, 2}, {2, 2}}, {{1, 2, 3}, {4, 3, 1}}, {{2, 3, 4}, {1, 4, 2}}, {{2, 1, 2, 1, 3}, {2, 1, 3, 2}},
	} {
		info.Cases = append(info.Cases, product2(fmt.Sprint("batch ", i), graph.Of(s[0]...), graph.Of(s[1]...), false, false))
	}
	return info
}

func product2(name string, a, b graph.Shape, ta, tb bool) Case {
	return Case{name, []Operand{{Shape: a, Draw: Real}, {Shape: b, Draw: Real}}, func(in []*graph.Node) []*graph.Node {
		return []*graph.Node{MatMulT(in[0], in[1], ta, tb)}
	}}
}
