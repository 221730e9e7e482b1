package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Permutation draws an order of the numbers from 0 to n−1, int32 [n], all with equal probability: that of uniform float64s. Gather(x,
// Permutation(g, n)) shuffles rows. It is a draw as Uniform is.
func Permutation(g *graph.Graph, n int) *graph.Node {
	return permutationOf(UniformOf(g, graph.T(graph.Float64, n)))
}

func permutationOf(u *graph.Node) *graph.Node {
	if !u.Valid() {
		return u
	}
	return ArgSort(u, -1, false)
}

func permutationInfo() Info {
	info := Info{Name: "Permutation", Bad: []Bad{
		{"shape [-1] has a negative size", func(g *graph.Graph) { Permutation(g, -1) }},
		{"elements are more than", func(g *graph.Graph) { Permutation(g, 1<<40) }},
		{"want an axis of at most 2147483647 elements", func(g *graph.Graph) { Permutation(g, 1<<32) }},
	}}
	for i, n := range []int{33, 16, 8, 7, 5, 4, 3, 2, 1, 0} {
		for _, lead := range [][]int{{}, {3}, {2, 1}, {0}} {
			key := Operand{Shape: graph.Of(lead...).Append(graph.Of(2)), Dtype: graph.Int64, Draw: Index(1 << 30)}
			info.Cases = append(info.Cases, Case{fmt.Sprint(n, " keys ", lead), []Operand{key}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{permutationOf(graph.Apply(uniform{Of: graph.T(graph.Float64, n), Stream: 7 + i}, in[0]))}
			}})
		}
	}
	return info
}
