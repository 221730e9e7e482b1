package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

func groupNormInfo() Info {
	use := func(d graph.Dtype, channels, groups int, eps float64, dims ...int) func(g *graph.Graph) {
		return func(g *graph.Graph) {
			GroupNorm(g.Input("x", d, dims...), g.Input("scale", graph.Float32, channels), g.Input("shift", graph.Float32, channels), groups, eps)
		}
	}
	info := Info{Name: "GroupNorm", Order: 4, Bad: []Bad{
		{"want float32 or float64", use(graph.Int32, 4, 2, 1, 2, 4)},
		{"want [N, C, …]", use(graph.Float32, 4, 2, 1, 4)},
		{"3 groups do not divide 4 channels", use(graph.Float32, 4, 3, 1, 2, 4)},
		{"0 groups do not divide 4 channels", use(graph.Float32, 4, 0, 1, 2, 4)},
		{"no mean of no elements", use(graph.Float32, 4, 2, 1, 2, 4, 0)},
		{"want a scale and a shift of float32[4], not float32[3]", use(graph.Float32, 3, 2, 1, 2, 4)},
		{"an epsilon that is not negative", use(graph.Float32, 4, 2, -1, 2, 4)},
	}}
	add := func(name string, groups int, s []int, f func(y, mean, rstd *graph.Node) []*graph.Node) {
		per := Operand{Shape: graph.Of(s[1]), Draw: Real}
		in := []Operand{{Shape: graph.Of(s...), Draw: Real}, per, per}
		info.Cases = append(info.Cases, Case{fmt.Sprint(s, groups, name), in, func(in []*graph.Node) []*graph.Node {
			return f(GroupNorm(in[0], in[1], in[2], groups, 0.1))
		}})
	}
	for _, c := range []struct {
		groups int
		s      []int
	}{
		{1, []int{3, 2}},
		{2, []int{2, 4}},
		{2, []int{0, 4}},
		{1, []int{2, 3, 1}},
		{3, []int{2, 3, 5}},
		{2, []int{1, 4, 3}},
		{2, []int{2, 2, 2, 2}},
		{3, []int{1, 6, 2, 3}},
		{1, []int{2, 2, 3, 1, 2}},
		{2, []int{3, 4, 7}},
		{4, []int{1, 4, 2}},
		{2, []int{2, 2, 6}},
		{1, []int{3, 1, 5}},
		{2, []int{3, 2, 1, 4}},
		{5, []int{2, 5, 3, 3}},
	} {
		add("", c.groups, c.s, func(y, _, _ *graph.Node) []*graph.Node { return []*graph.Node{y} })
		add("statistics", c.groups, c.s, func(y, mean, rstd *graph.Node) []*graph.Node { return []*graph.Node{y, mean, rstd} })
	}
	add("many", 4, []int{5, 8, 33, 9}, func(y, _, _ *graph.Node) []*graph.Node { return []*graph.Node{y} })
	return info
}
