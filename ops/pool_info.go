package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

var poolings = []struct {
	x []int
	a Pooling
}{
	{[]int{1, 1, 4}, Pooling{Window: []int{2}}},
	{[]int{2, 2, 5}, Pooling{Window: []int{2}}},
	{[]int{2, 3, 5}, Pooling{Window: []int{3}, Stride: []int{1}}},
	{[]int{1, 2, 5}, Pooling{Window: []int{3}, Stride: []int{2}, Pad: []int{1}}},
	{[]int{1, 1, 7}, Pooling{Window: []int{2}, Dilation: []int{3}, Stride: []int{1}}},
	{[]int{1, 1, 1}, Pooling{Window: []int{1}}},
	{[]int{0, 2, 4}, Pooling{Window: []int{2}}},
	{[]int{1, 1, 4, 4}, Pooling{Window: []int{2}}},
	{[]int{2, 2, 4, 6}, Pooling{Window: []int{2}}},
	{[]int{1, 2, 5, 5}, Pooling{Window: []int{2}}},
	{[]int{1, 1, 5, 5}, Pooling{Window: []int{3}, Stride: []int{1}, Pad: []int{1}}},
	{[]int{1, 1, 6, 5}, Pooling{Window: []int{3, 2}, Stride: []int{2, 1}}},
	{[]int{1, 1, 5, 6}, Pooling{Window: []int{2}, Dilation: []int{2}, Stride: []int{1}}},
	{[]int{2, 1, 3, 3}, Pooling{Window: []int{3}}},
	{[]int{1, 3, 4, 2}, Pooling{Window: []int{1, 2}}},
	{[]int{1, 1, 8, 8}, Pooling{Window: []int{4}, Stride: []int{3}}},
	{[]int{1, 2, 3, 4}, Pooling{Window: []int{2}, Pad: []int{1}}},
	{[]int{1, 1, 2, 2, 2}, Pooling{Window: []int{2}}},
	{[]int{1, 2, 3, 2, 4}, Pooling{Window: []int{2}, Stride: []int{1}}},
	{[]int{1, 1, 3, 3, 3}, Pooling{Window: []int{3, 2, 1}, Stride: []int{1}, Pad: []int{1, 1, 0}}},
	{[]int{2, 1, 2, 4, 2}, Pooling{Window: []int{1, 2, 2}}},
	{[]int{1, 1, 9}, Pooling{Window: []int{4}, Stride: []int{2}, Pad: []int{2}}},
	{[]int{3, 1, 4, 4}, Pooling{Window: []int{2}, Stride: []int{1}}},
	{[]int{1, 1, 1, 6}, Pooling{Window: []int{1, 3}, Stride: []int{1}}},
	{[]int{1, 4, 2, 2}, Pooling{Window: []int{2}}},
	{[]int{1, 1, 12}, Pooling{Window: []int{5}}},
	{[]int{1, 1, 7, 3}, Pooling{Window: []int{2, 3}}},
	{[]int{1, 2, 6, 6}, Pooling{Window: []int{3}, Stride: []int{3}, Pad: []int{1}}},
	{[]int{2, 2, 2, 2}, Pooling{Window: []int{1}}},
	{[]int{1, 1, 16}, Pooling{Window: []int{2}}},
	{[]int{1, 2, 5, 4}, Pooling{Window: []int{2, 3}, PadAfter: []int{1, 0}}},
	{[]int{1, 0, 4}, Pooling{Window: []int{2}}},
	{[]int{1, 2, 5, 4}, Pooling{Window: []int{3}, Stride: []int{2}, Same: true}},
	{[]int{1, 1, 4, 9}, Pooling{Window: []int{2}, Stride: []int{1, 2}}},
}

func poolBad(f func(x *graph.Node, a Pooling) *graph.Node) []Bad {
	bad := func(want string, a Pooling, dims ...int) Bad {
		return Bad{want, func(g *graph.Graph) { f(g.Input("x", graph.Float32, dims...), a) }}
	}
	return []Bad{
		bad("one to three spatial dimensions", Pooling{Window: []int{2}}, 1, 2),
		bad("want a window", Pooling{}, 1, 2, 3),
		bad("a window of size 4 with padding 0 and 0 does not fit size 3", Pooling{Window: []int{4}}, 1, 2, 3),
		bad("window 0 of size 2 sees nothing but padding: 2 and 2 around size 3", Pooling{Window: []int{2}, Pad: []int{2}}, 1, 2, 3),
		bad("window 4 of size 1 sees nothing but padding", Pooling{Window: []int{1}, PadAfter: []int{2}}, 1, 2, 4),
		bad("either Same or a pad", Pooling{Window: []int{2}, Same: true, Pad: []int{1}}, 1, 2, 3),
		bad("want one pad, or 1", Pooling{Window: []int{2}, PadAfter: []int{2, 2}}, 1, 2, 3),
		bad("window 0 of size 1 sees nothing", Pooling{Window: []int{1}, Pad: []int{1}}, 1, 2, 0),
		bad("want one window, or 1", Pooling{Window: []int{2, 2}}, 1, 2, 3),
		bad("a stride of at least 1", Pooling{Window: []int{2}, Stride: []int{0}}, 1, 2, 3),
		bad("a dilation of at least 1", Pooling{Window: []int{2}, Dilation: []int{0}}, 1, 2, 3),
		bad("a pad of at least 0", Pooling{Window: []int{2}, Pad: []int{-1}}, 1, 2, 3),
		{"want float32 or float64", func(g *graph.Graph) { f(g.Input("x", graph.Int32, 1, 1, 4), Pooling{Window: []int{2}}) }},
	}
}

func maxPoolInfo() Info {
	info := Info{Name: "MaxPool", Order: 4, Bad: append(poolBad(MaxPool), Bad{
		"want a plane of at most 2147483647 elements", func(g *graph.Graph) {
			MaxPool(g.Input("x", graph.Float32, 1, 1, 1<<16, 1<<16), Pooling{Window: []int{1 << 14}})
		},
	})}
	for i, c := range poolings {
		info.Cases = append(info.Cases, Case{fmt.Sprint(i, c), []Operand{{Shape: graph.Of(c.x...), Draw: Apart}}, func(in []*graph.Node) []*graph.Node {
			y, index := MaxPoolWithIndex(in[0], c.a)
			return []*graph.Node{Square(y), index}
		}})
	}
	return info
}

func avgPoolInfo() Info {
	info := Info{Name: "AvgPool", Order: 4, Bad: poolBad(AvgPool)}
	for i, c := range poolings {
		for _, skip := range []bool{false, true} {
			c.a.SkipPadding = skip
			a := c.a
			info.Cases = append(info.Cases, Case{fmt.Sprint(i, c), []Operand{{Shape: graph.Of(c.x...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(AvgPool(in[0], a))}
			}})
		}
	}
	return info
}
