package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// indexings are the sizes of a table, of the rest of a row, and of the list of indices.
var indexings = []struct {
	n       int
	row, at []int
}{
	{1, nil, nil},
	{3, nil, []int{2}},
	{3, []int{2}, []int{4}},
	{4, []int{2, 2}, []int{3}},
	{5, []int{3}, nil},
	{2, []int{1}, []int{1}},
	{3, []int{2}, []int{0}},
	{3, []int{0}, []int{2}},
	{6, []int{1, 2}, []int{2, 2}},
	{2, []int{2, 1, 2}, []int{3, 1}},
	{7, nil, []int{2, 3}},
	{3, []int{5}, []int{1, 1, 2}},
	{2, nil, []int{1, 2, 1}},
	{9, []int{4}, []int{9}},
	{1, []int{3}, []int{5}},
	{4, []int{1, 1, 1}, []int{2}},
}

func gatherInfo() Info {
	info := Info{Name: "Gather", Order: 4, Bad: []Bad{
		{"want indices of int32 or int64, not float32", func(g *graph.Graph) {
			Gather(g.Input("x", graph.Float32, 3), g.Input("i", graph.Float32, 2))
		}},
		{"want rows to index after 0 equal leading axes", func(g *graph.Graph) { Gather(g.Input("x", graph.Float32), g.Input("i", graph.Int32, 2)) }},
	}}
	for _, c := range indexings {
		for _, d := range []graph.Dtype{graph.Int32, graph.Int64} {
			in := []Operand{{Shape: graph.Of(append([]int{c.n}, c.row...)...), Draw: Real}, {Shape: graph.Of(c.at...), Dtype: d, Draw: Index(c.n)}}
			info.Cases = append(info.Cases, Case{fmt.Sprint(c, d), in, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(Gather(in[0], in[1]))}
			}})
		}
	}
	return info
}

func scatterAddInfo() Info {
	info := Info{Name: "ScatterAdd", Order: 4, Bad: []Bad{
		{"want one row for each index", func(g *graph.Graph) { ScatterAdd(g.Input("u", graph.Float32, 3), g.Input("i", graph.Int32, 2), 4) }},
		{"want indices", func(g *graph.Graph) { ScatterAdd(g.Input("u", graph.Float32, 2), g.Input("i", graph.Float32, 2), 4) }},
		{"not negative, not -1", func(g *graph.Graph) { ScatterAdd(g.Input("u", graph.Float32, 2), g.Input("i", graph.Int32, 2), -1) }},
		{"want numbers", func(g *graph.Graph) { ScatterAdd(g.Input("u", graph.Bool, 2), g.Input("i", graph.Int32, 2), 4) }},
	}}
	for _, c := range indexings {
		for _, d := range []graph.Dtype{graph.Int32, graph.Int64} {
			in := []Operand{{Shape: graph.Of(append(append([]int(nil), c.at...), c.row...)...), Draw: Real}, {Shape: graph.Of(c.at...), Dtype: d, Draw: Index(c.n)}}
			info.Cases = append(info.Cases, Case{fmt.Sprint(c, d), in, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(ScatterAdd(in[0], in[1], c.n))}
			}})
		}
	}
	return info
}

func pickInfo() Info {
	info := Info{Name: "Pick", Order: 4, Bad: []Bad{
		{"want an index for each row, not [3]", func(g *graph.Graph) { Pick(g.Input("x", graph.Float32, 2, 4), g.Input("i", graph.Int32, 3)) }},
		{"want indices of int32 or int64, not uint8", func(g *graph.Graph) { Pick(g.Input("x", graph.Float32, 2, 4), g.Input("i", graph.Uint8, 2)) }},
		{"want rows to index", func(g *graph.Graph) { Pick(g.Input("x", graph.Float32), g.Input("i", graph.Int32)) }},
	}}
	for i, s := range shapes {
		for _, n := range []int{1, 4} {
			lead := graph.Of(s...)
			in := []Operand{{Shape: lead.Append(graph.Of(n)), Draw: Real}, {Shape: lead, Dtype: []graph.Dtype{graph.Int32, graph.Int64}[i%2], Draw: Index(n)}}
			info.Cases = append(info.Cases, Case{fmt.Sprint(i, s, n), in, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(Pick(in[0], in[1]))}
			}})
		}
	}
	return info
}

func gatherAxisInfo() Info {
	info := Info{Name: "GatherAxis", Order: 4, Bad: []Bad{
		{"no axis 1 in [3]", func(g *graph.Graph) { GatherAxis(g.Input("x", graph.Float32, 3), g.Input("i", graph.Int32, 2), 1) }},
		{"want indices", func(g *graph.Graph) { GatherAxis(g.Input("x", graph.Float32, 3), g.Input("i", graph.Float32, 2), 0) }},
	}}
	for _, s := range [][]int{{3}, {2, 3}, {3, 1, 2}, {2, 3, 4}, {2, 2, 3, 2}} {
		for a := range s {
			for _, list := range [][]int{{}, {3}, {2, 2}} {
				in := []Operand{{Shape: graph.Of(s...), Draw: Real}, {Shape: graph.Of(list...), Dtype: graph.Int64, Draw: Index(s[a])}}
				info.Cases = append(info.Cases, Case{fmt.Sprint(s, " by ", list, " along ", a), in, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{Square(GatherAxis(in[0], in[1], a-len(s)))}
				}})
			}
		}
	}
	return info
}
