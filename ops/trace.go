package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Trace returns the sum of the main diagonal of the matrices that the last two axes of x hold, which are numbers: y[…] = Σ x[…, i, i].
//
//	x […, n, m]    y […]        ∂x[…, i, j] = ∂y[…] where i = j, and 0 elsewhere
func Trace(x *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	if x.Shape().Rank() < 2 {
		return x.Graph().Failf("trace: %s %v: want matrices in the last two axes", x.Called(), x.Shape())
	}
	return Sum(Diag(x, 0), -1)
}

func traceInfo() Info {
	info := Info{Name: "Trace", Order: 4, Bad: []Bad{
		{"want matrices in the last two axes", func(g *graph.Graph) { Trace(g.Input("x", graph.Float32, 2)) }},
		{"not bool", func(g *graph.Graph) { Trace(g.Input("x", graph.Bool, 2, 2)) }},
	}}
	for n := range 4 {
		for m := range 4 {
			for _, s := range [][]int{{n, m}, {2, n, m}} {
				info.Cases = append(info.Cases, Case{fmt.Sprint(s), []Operand{{Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{Square(Trace(in[0]))}
				}})
			}
		}
	}
	return info
}
