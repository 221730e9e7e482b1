package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Meshgrid returns the coordinates of all points of a grid with the given vectors as its axes: result k is vector k along axis k, repeated
// along the others. They are views ("ij" indexing of NumPy); the derivative is the sum over what was repeated.
//
//	xs [n₀], [n₁], …    ys [n₀, n₁, …] each
func Meshgrid(xs ...*graph.Node) []*graph.Node {
	sizes := make([]int, len(xs))
	for k, x := range xs {
		if !x.Valid() {
			return failed(x, len(xs))
		}
		if x.Shape().Rank() != 1 {
			return failed(x.Graph().Failf("meshgrid: %s %v: want vectors", x.Called(), x.Shape()), len(xs))
		}
		sizes[k] = x.Shape().Dim(0)
	}
	ys := make([]*graph.Node, len(xs))
	for k, x := range xs {
		d := make([]int, len(xs))
		for i := range d {
			d[i] = 1
		}
		d[k] = sizes[k]
		ys[k] = Expand(Reshape(x, d...), sizes...)
	}
	return ys
}

// failed stands for each of n results.
func failed(x *graph.Node, n int) []*graph.Node {
	out := make([]*graph.Node, n)
	for i := range out {
		out[i] = x
	}
	return out
}

func meshgridInfo() Info {
	info := Info{Name: "Meshgrid", Order: 4, Bad: []Bad{
		{"meshgrid: y [2 3]: want vectors", func(g *graph.Graph) { Meshgrid(g.Input("x", graph.Float32, 2), g.Input("y", graph.Float32, 2, 3)) }},
		{"meshgrid: x []: want vectors", func(g *graph.Graph) { Meshgrid(g.Input("x", graph.Float32)) }},
	}}
	for _, s := range [][]int{{1}, {3}, {0}, {2, 3}, {3, 1}, {0, 2}, {2, 3, 2}, {1, 2, 1}, {2, 2, 2, 2}, {1, 2, 1, 2, 1}} {
		for range 3 {
			var in []Operand
			for _, n := range s {
				in = append(in, Operand{Shape: graph.Of(n), Draw: Real})
			}
			info.Cases = append(info.Cases, Case{fmt.Sprint(s, " ", len(info.Cases)), in, func(in []*graph.Node) []*graph.Node {
				ys := Meshgrid(in...)
				for i, y := range ys {
					ys[i] = Mul(y, ys[0])
				}
				return ys
			}})
		}
	}
	return info
}
