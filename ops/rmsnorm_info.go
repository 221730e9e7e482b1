package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

func rmsNormInfo() Info {
	use := func(d graph.Dtype, n int, eps float64, dims ...int) func(g *graph.Graph) {
		return func(g *graph.Graph) { RMSNorm(g.Input("x", d, dims...), g.Input("scale", graph.Float32, n), eps) }
	}
	info := Info{Name: "RMSNorm", Order: 4, Bad: []Bad{
		{"a last axis that is not empty", use(graph.Float32, 0, 1, 2, 0)},
		{"a last axis that is not empty", use(graph.Float32, 1, 1)},
		{"an epsilon that is not negative", use(graph.Float32, 3, -1, 2, 3)},
		{"want float32 or float64", use(graph.Int32, 3, 1, 2, 3)},
		{"want a scale of float32[3], not float32[4]", use(graph.Float32, 4, 1, 2, 3)},
	}}
	add := func(s []int, name string, f func(y, rrms *graph.Node) []*graph.Node) {
		in := []Operand{{Shape: graph.Of(s...), Draw: Real}, {Shape: graph.Of(s[len(s)-1]), Draw: Real}}
		info.Cases = append(info.Cases, Case{fmt.Sprint(s, name), in, func(in []*graph.Node) []*graph.Node {
			return f(RMSNorm(in[0], in[1], 0.1))
		}})
	}
	for _, lead := range [][]int{{}, {1}, {3}, {0}, {2, 3}, {2, 1, 2}, {1, 2, 1, 2}} {
		for _, n := range []int{1, 2, 5, 17} {
			s := append(append([]int(nil), lead...), n)
			add(s, "", func(y, _ *graph.Node) []*graph.Node { return []*graph.Node{y} })
			add(s, "statistics", func(y, rrms *graph.Node) []*graph.Node { return []*graph.Node{y, rrms} })
		}
	}
	add([]int{300, 129}, "many", func(y, _ *graph.Node) []*graph.Node { return []*graph.Node{y} })
	return info
}
