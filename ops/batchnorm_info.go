package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

func batchNormInfo() Info {
	use := func(d graph.Dtype, channels int, eps float64, dims ...int) func(g *graph.Graph) {
		return func(g *graph.Graph) {
			BatchNorm(g.Input("x", d, dims...), g.Input("scale", graph.Float32, channels), g.Input("shift", graph.Float32, channels), eps)
		}
	}
	info := Info{Name: "BatchNorm", Order: 4, Bad: []Bad{
		{"want float32 or float64", use(graph.Int32, 3, 1, 2, 3)},
		{"want [N, C, …]", use(graph.Float32, 3, 1, 3)},
		{"no mean of no elements", use(graph.Float32, 3, 1, 0, 3)},
		{"want a scale and a shift of float32[3], not float32[4]", use(graph.Float32, 4, 1, 2, 3)},
		{"an epsilon that is not negative", use(graph.Float32, 3, -1, 2, 3)},
	}}
	add := func(name string, s []int, f func(y, mean, variance *graph.Node) []*graph.Node) {
		per := Operand{Shape: graph.Of(s[1]), Draw: Real}
		in := []Operand{{Shape: graph.Of(s...), Draw: Real}, per, per}
		info.Cases = append(info.Cases, Case{fmt.Sprint(s, name), in, func(in []*graph.Node) []*graph.Node {
			return f(BatchNorm(in[0], in[1], in[2], 0.1))
		}})
	}
	for _, s := range [][]int{
		{2, 1},
		{3, 2},
		{5, 3},
		{2, 0},
		{2, 2, 1},
		{1, 2, 3},
		{3, 1, 2},
		{2, 3, 5},
		{2, 2, 2, 2},
		{1, 3, 2, 3},
		{3, 2, 1, 4},
		{2, 1, 2, 1, 2},
		{1, 2, 3, 2, 2},
		{4, 3, 7},
		{2, 5, 3, 3},
	} {
		add("", s, func(y, _, _ *graph.Node) []*graph.Node { return []*graph.Node{y} })
		add("statistics", s, func(y, mean, variance *graph.Node) []*graph.Node { return []*graph.Node{y, mean, variance} })
	}
	add("many", []int{9, 8, 33, 5}, func(y, _, _ *graph.Node) []*graph.Node { return []*graph.Node{y} })
	return info
}
