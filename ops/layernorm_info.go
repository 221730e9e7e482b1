package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

func layerNormInfo() Info {
	info := Info{Name: "LayerNorm", Order: 4, Bad: []Bad{
		{"a last axis that is not empty", func(g *graph.Graph) { LayerNorm(g.Input("x", graph.Float32, 2, 0), 1) }},
		{"an epsilon that is not negative", func(g *graph.Graph) { LayerNorm(g.Input("x", graph.Float32, 2, 3), -1) }},
		{"want float32 or float64", func(g *graph.Graph) { LayerNorm(g.Input("x", graph.Int32, 2, 3), 1) }},
	}}
	for _, lead := range [][]int{{}, {1}, {2}, {3}, {0}, {2, 3}, {2, 1, 2}, {1, 2, 1, 2}} {
		for _, n := range []int{2, 3, 5, 17} {
			in := []Operand{{Shape: graph.Of(append(append([]int(nil), lead...), n)...), Draw: Real}}
			info.Cases = append(info.Cases, Case{fmt.Sprint(lead, n), in, func(in []*graph.Node) []*graph.Node {
				y, _, _ := LayerNorm(in[0], 0.1)
				return []*graph.Node{y}
			}})
			info.Cases = append(info.Cases, Case{fmt.Sprint(lead, n, "statistics"), in, func(in []*graph.Node) []*graph.Node {
				y, m, r := LayerNorm(in[0], 0.1)
				return []*graph.Node{Mul(y, m), r}
			}})
		}
	}
	return info
}
