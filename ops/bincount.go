package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Bincount counts how often each of the numbers 0 to n − 1 occurs in index, as int32. A number out of [0, n) is an error of the run. There is
// no derivative.
//
//	index [i…], int32 or int64    y [n]
func Bincount(index *graph.Node, n int) *graph.Node {
	if !index.Valid() {
		return index
	}
	flat := Reshape(index, -1)
	return ScatterAdd(Cast(Like(1, flat), graph.Int32), flat, n)
}

func bincountInfo() Info {
	info := Info{Name: "Bincount", Bad: []Bad{
		{"want indices of int32 or int64, not float32", func(g *graph.Graph) { Bincount(g.Input("i", graph.Float32, 3), 2) }},
		{"not negative, not -1", func(g *graph.Graph) { Bincount(g.Input("i", graph.Int32, 3), -1) }},
	}}
	for i, s := range shapes {
		d := []graph.Dtype{graph.Int32, graph.Int64}[i%2]
		in := []Operand{{Shape: graph.Of(s...), Dtype: d, Draw: Index(4)}}
		info.Cases = append(info.Cases, Case{fmt.Sprint(d, " ", s), in, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{Bincount(in[0], 5)}
		}})
	}
	return info
}
