package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

func reshapeInfo() Info {
	info := Info{Name: "Reshape", Order: 4, Bad: []Bad{
		{"6 elements do not fill [4]", func(g *graph.Graph) { Reshape(g.Input("x", graph.Float32, 2, 3), 4) }},
		{"no size in place of", func(g *graph.Graph) { Reshape(g.Input("x", graph.Float32, 2, 3), -1, 4) }},
		{"no size in place of", func(g *graph.Graph) { Reshape(g.Input("x", graph.Float32, 2, 3), -1, -1) }},
		{"rank 9 exceeds 8", func(g *graph.Graph) { Reshape(g.Input("x", graph.Float32, 1), 1, 1, 1, 1, 1, 1, 1, 1, 1) }},
	}}
	for _, c := range [][2][]int{
		{{}, {1}},
		{{1}, {}},
		{{0}, {3, 0}},
		{{2, 0}, {0}},
		{{6}, {2, 3}},
		{{6}, {-1, 2}},
		{{2, 3}, {6}},
		{{2, 3}, {3, 2}},
		{{2, 3}, {-1}},
		{{2, 3}, {1, 2, 1, 3}},
		{{1, 4}, {4}},
		{{4, 1}, {1, 4}},
		{{2, 2, 3}, {4, 3}},
		{{2, 2, 3}, {2, 6}},
		{{2, 2, 3}, {12}},
		{{2, 2, 3}, {3, 4}},
		{{2, 6}, {2, 2, 3}},
		{{12}, {2, 3, 2, 1, 1}},
	} {
		in := []Operand{{Shape: graph.Of(c[0]...), Draw: Real}}
		info.Cases = append(info.Cases, Case{fmt.Sprint(c), in, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{Square(Reshape(in[0], c[1]...))}
		}}, Case{fmt.Sprint(c, " transposed"), in, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{Reshape(Transpose(Square(in[0])), c[1]...)}
		}})
	}
	return info
}

func expandInfo() Info {
	info := Info{Name: "Expand", Order: 4, Bad: []Bad{
		{"[2 3] does not expand to [2 4]", func(g *graph.Graph) { Expand(g.Input("x", graph.Float32, 2, 3), 2, 4) }},
		{"does not expand to [3]", func(g *graph.Graph) { Expand(g.Input("x", graph.Float32, 2, 3), 3) }},
		{"has a negative size", func(g *graph.Graph) { Expand(g.Input("x", graph.Float32, 1), -2) }},
	}}
	for _, p := range pairs {
		if to, ok := broadcast(graph.Of(p[0]...), graph.Of(p[1]...)); ok {
			info.Cases = append(info.Cases, Case{fmt.Sprint(p[0], " to ", to), []Operand{{Shape: graph.Of(p[0]...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(Expand(in[0], to.Dims()...))}
			}})
		}
	}
	return info
}

func squeezeInfo() Info {
	return Info{Name: "Squeeze", Order: 4, Cases: unaryCases(func(x *graph.Node) *graph.Node { return Square(Squeeze(x)) }, Real), Bad: []Bad{
		{"axis 0 of [2 1] has size 2, not 1", func(g *graph.Graph) { Squeeze(g.Input("x", graph.Float32, 2, 1), 0) }},
		{"no axis 2 in [2 1]", func(g *graph.Graph) { Squeeze(g.Input("x", graph.Float32, 2, 1), 2) }},
	}}
}

func unsqueezeInfo() Info {
	return Info{Name: "Unsqueeze", Order: 4, Cases: unaryCases(func(x *graph.Node) *graph.Node {
		return Mul(Unsqueeze(Unsqueeze(x, 0), -1), Unsqueeze(Unsqueeze(x, -1), -x.Shape().Rank()-2))
	}, Real), Bad: []Bad{
		{"no axis 3 in a result of rank 3", func(g *graph.Graph) { Unsqueeze(g.Input("x", graph.Float32, 2, 1), 3) }},
		{"no axis -4 in a result of rank 3", func(g *graph.Graph) { Unsqueeze(g.Input("x", graph.Float32, 2, 1), -4) }},
	}}
}

func flattenInfo() Info {
	return Info{Name: "Flatten", Order: 4, Cases: unaryCases(func(x *graph.Node) *graph.Node {
		return Square(Flatten(x, min(1, x.Shape().Rank())))
	}, Real), Bad: []Bad{
		{"no axis 3 in [2 1]", func(g *graph.Graph) { Flatten(g.Input("x", graph.Float32, 2, 1), 3) }},
	}}
}
