package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

func softmaxCrossEntropyInfo() Info {
	info := Info{Name: "SoftmaxCrossEntropy", Order: 4, Bad: []Bad{
		{"want a label for each row, [4], not [3]", func(g *graph.Graph) {
			SoftmaxCrossEntropy(g.Input("x", graph.Float32, 4, 3), g.Input("y", graph.Int32, 3))
		}},
		{"want indices", func(g *graph.Graph) {
			SoftmaxCrossEntropy(g.Input("x", graph.Float32, 4, 3), g.Input("y", graph.Float32, 4))
		}},
		{"want float32 or float64", func(g *graph.Graph) {
			SoftmaxCrossEntropy(g.Input("x", graph.Int32, 4, 3), g.Input("y", graph.Int32, 4))
		}},
		{"at least one class", func(g *graph.Graph) {
			SoftmaxCrossEntropy(g.Input("x", graph.Float32, 4, 0), g.Input("y", graph.Int32, 4))
		}},
	}}
	for i, lead := range [][]int{{}, {1}, {2}, {5}, {0}, {2, 3}, {3, 1}, {2, 1, 2}} {
		for _, n := range []int{1, 2, 3, 9} {
			in := []Operand{
				{Shape: graph.Of(append(append([]int(nil), lead...), n)...), Draw: Real},
				{Shape: graph.Of(lead...), Dtype: []graph.Dtype{graph.Int32, graph.Int64}[i%2], Draw: Index(n)},
			}
			info.Cases = append(info.Cases, Case{fmt.Sprint(lead, n), in, func(in []*graph.Node) []*graph.Node {
				loss, lse := SoftmaxCrossEntropy(in[0], in[1])
				return []*graph.Node{loss, Square(lse)}
			}})
			info.Cases = append(info.Cases, Case{fmt.Sprint(lead, n, "loss"), in, func(in []*graph.Node) []*graph.Node {
				loss, _ := SoftmaxCrossEntropy(in[0], in[1])
				return []*graph.Node{loss}
			}})
		}
	}
	return info
}
