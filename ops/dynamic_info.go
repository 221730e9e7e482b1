package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// dynamics are the sizes of an array and of a block in it.
var dynamics = []struct{ s, cut []int }{
	{[]int{1}, []int{1}},
	{[]int{5}, []int{2}},
	{[]int{5}, []int{0}},
	{[]int{7}, []int{7}},
	{[]int{0}, []int{0}},
	{[]int{2, 3}, []int{1, 3}},
	{[]int{2, 3}, []int{2, 1}},
	{[]int{4, 3}, []int{2, 2}},
	{[]int{3, 0}, []int{1, 0}},
	{[]int{2, 3, 4}, []int{2, 1, 4}},
	{[]int{2, 3, 4}, []int{1, 3, 2}},
	{[]int{3, 2, 3}, []int{2, 2, 2}},
	{[]int{2, 2, 5, 2}, []int{2, 2, 1, 2}},
	{[]int{2, 2, 3, 2}, []int{1, 1, 2, 1}},
	{[]int{2, 1, 3, 1, 2}, []int{1, 1, 2, 1, 2}},
	{[]int{1, 9, 2}, []int{1, 4, 2}},
}

// starting adds to operands a start for each axis, some of them out of range.
func starting(in []Operand, s []int, d graph.Dtype) []Operand {
	for _, n := range s {
		in = append(in, Operand{Shape: graph.Of(), Dtype: d, Draw: between(-2, float64(n)+2)})
	}
	return in
}

func dynamicSliceInfo() Info {
	info := Info{Name: "DynamicSlice", Order: 4, Bad: []Bad{
		{"want a start and a size for each axis, not 1 and 2", func(g *graph.Graph) {
			DynamicSlice(g.Input("x", graph.Float32, 2, 3), []*graph.Node{nil}, 1, 1)
		}},
		{"no 4 elements on axis 1 of [2 3]", func(g *graph.Graph) {
			DynamicSlice(g.Input("x", graph.Float32, 2, 3), []*graph.Node{nil, g.Input("i", graph.Int32)}, 2, 4)
		}},
		{"no -1 elements", func(g *graph.Graph) {
			DynamicSliceAxis(g.Input("x", graph.Float32, 3), 0, g.Input("i", graph.Int32), -1)
		}},
		{"no axis 1 in [3]", func(g *graph.Graph) {
			DynamicSliceAxis(g.Input("x", graph.Float32, 3), 1, g.Input("i", graph.Int32), 1)
		}},
		{"want indices of int32 or int64, not float32", func(g *graph.Graph) {
			DynamicSliceAxis(g.Input("x", graph.Float32, 3), 0, g.Input("i", graph.Float32), 1)
		}},
		{"want one number to start at, of shape [], not [1]", func(g *graph.Graph) {
			DynamicSliceAxis(g.Input("x", graph.Float32, 3), 0, g.Input("i", graph.Int32, 1), 1)
		}},
	}}
	for _, c := range dynamics {
		for k, d := range []graph.Dtype{graph.Int32, graph.Int64} {
			in := starting([]Operand{{Shape: graph.Of(c.s...), Draw: Real}}, c.s, d)
			info.Cases = append(info.Cases, Case{fmt.Sprint(c, d), in, func(in []*graph.Node) []*graph.Node {
				if k == 0 {
					return []*graph.Node{Square(DynamicSlice(in[0], in[1:], c.cut...))}
				}
				a := len(c.s) - 1
				return []*graph.Node{Square(DynamicSliceAxis(in[0], -1, in[1+a], c.cut[a]))}
			}})
		}
	}
	return info
}

func dynamicUpdateSliceInfo() Info {
	info := Info{Name: "DynamicUpdateSlice", Order: 4, Bad: []Bad{
		{"want a start for each axis of both, not 1", func(g *graph.Graph) {
			DynamicUpdateSlice(g.Input("x", graph.Float32, 2, 3), g.Input("u", graph.Float32, 1, 3), []*graph.Node{nil})
		}},
		{"a block [3 3] does not fit in [2 3] along axes [0]", func(g *graph.Graph) {
			DynamicUpdateSlice(g.Input("x", graph.Float32, 2, 3), g.Input("u", graph.Float32, 3, 3), []*graph.Node{nil, nil})
		}},
		{"a block [1 2] does not fit in [2 3] along axes [0]", func(g *graph.Graph) {
			DynamicUpdateSliceAxis(g.Input("x", graph.Float32, 2, 3), g.Input("u", graph.Float32, 1, 2), 0, g.Input("i", graph.Int32))
		}},
		{"dtypes float32 and int32 differ", func(g *graph.Graph) {
			DynamicUpdateSlice(g.Input("x", graph.Float32, 3), g.Input("u", graph.Int32, 3), []*graph.Node{nil})
		}},
		{"no axis -2 in [3]", func(g *graph.Graph) {
			DynamicUpdateSliceAxis(g.Input("x", graph.Float32, 3), g.Input("u", graph.Float32, 1), -2, g.Input("i", graph.Int32))
		}},
		{"want indices of int32 or int64, not bool", func(g *graph.Graph) {
			DynamicUpdateSliceAxis(g.Input("x", graph.Float32, 3), g.Input("u", graph.Float32, 1), 0, g.Input("i", graph.Bool))
		}},
	}}
	for _, c := range dynamics {
		for _, d := range []graph.Dtype{graph.Int32, graph.Int64} {
			in := starting([]Operand{{Shape: graph.Of(c.s...), Draw: Real}, {Shape: graph.Of(c.cut...), Draw: Real}}, c.s, d)
			info.Cases = append(info.Cases, Case{fmt.Sprint(c, d), in, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(DynamicUpdateSlice(in[0], in[1], in[2:]))}
			}})
		}
	}
	return info
}
