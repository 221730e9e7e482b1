package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// convolutions are the sizes and attributes that the family is checked at: x, w, and whether ConvTranspose makes sense.
var convolutions = []struct {
	x, w []int
	a    Convolution
}{
	{[]int{1, 1, 3}, []int{1, 1, 2}, Convolution{}},
	{[]int{2, 2, 5}, []int{3, 2, 3}, Convolution{Pad: []int{1}}},
	{[]int{2, 2, 7}, []int{2, 2, 3}, Convolution{Stride: []int{2}}},
	{[]int{1, 2, 7}, []int{2, 2, 2}, Convolution{Dilation: []int{3}}},
	{[]int{1, 4, 5}, []int{4, 2, 3}, Convolution{Groups: 2}},
	{[]int{1, 1, 4}, []int{1, 1, 2}, Convolution{Pad: []int{0}, PadAfter: []int{1}}},
	{[]int{0, 1, 4}, []int{1, 1, 2}, Convolution{}},
	{[]int{1, 3, 1}, []int{2, 3, 1}, Convolution{}},
	{[]int{1, 1, 3, 3}, []int{1, 1, 2, 2}, Convolution{}},
	{[]int{2, 1, 4, 4}, []int{3, 1, 3, 3}, Convolution{Pad: []int{1}}},
	{[]int{1, 2, 5, 4}, []int{2, 2, 3, 2}, Convolution{Stride: []int{2, 1}}},
	{[]int{1, 2, 5, 5}, []int{2, 2, 2, 2}, Convolution{Dilation: []int{2, 1}}},
	{[]int{1, 4, 3, 3}, []int{4, 1, 2, 2}, Convolution{Groups: 4}},
	{[]int{1, 2, 3, 3}, []int{4, 1, 2, 2}, Convolution{Groups: 2, Pad: []int{1, 0}}},
	{[]int{2, 3, 2, 2}, []int{2, 3, 1, 1}, Convolution{}},
	{[]int{1, 2, 4, 4}, []int{1, 2, 1, 1}, Convolution{Stride: []int{2}}},
	{[]int{1, 1, 2, 2}, []int{1, 1, 5, 5}, Convolution{Pad: []int{2}}},
	{[]int{1, 2, 3, 2, 3}, []int{2, 2, 2, 1, 2}, Convolution{}},
	{[]int{1, 1, 3, 3, 3}, []int{2, 1, 2, 2, 2}, Convolution{Stride: []int{1, 2, 1}, Pad: []int{0, 1, 0}}},
	{[]int{1, 2, 2, 2, 2}, []int{2, 1, 2, 2, 2}, Convolution{Groups: 2, Pad: []int{1}}},
	{[]int{1, 1, 6, 1}, []int{2, 1, 3, 1}, Convolution{Stride: []int{2, 1}, Dilation: []int{2, 1}}},
	{[]int{3, 2, 3, 3}, []int{2, 2, 3, 3}, Convolution{}},
	{[]int{1, 5, 3, 3}, []int{7, 5, 3, 3}, Convolution{Pad: []int{1}}},
	{[]int{1, 1, 9}, []int{9, 1, 4}, Convolution{Stride: []int{3}, Pad: []int{2}}},
	{[]int{2, 2, 4, 3}, []int{2, 2, 2, 3}, Convolution{Pad: []int{1, 2}, PadAfter: []int{0, 1}}},
	{[]int{1, 1, 17}, []int{1, 1, 3}, Convolution{}},
	{[]int{2, 1, 5, 6}, []int{2, 1, 3, 3}, Convolution{Stride: []int{2}, Pad: []int{1}}},
	{[]int{1, 3, 4, 4}, []int{3, 1, 3, 3}, Convolution{Groups: 3, Stride: []int{2}, Pad: []int{1}}},
	{[]int{1, 6, 3}, []int{6, 2, 2}, Convolution{Groups: 3}},
	{[]int{1, 1, 4, 4}, []int{1, 1, 4, 4}, Convolution{}},
	{[]int{1, 2, 8}, []int{1, 2, 2}, Convolution{Stride: []int{4}}},
	{[]int{2, 2, 5, 4}, []int{3, 2, 3, 2}, Convolution{Same: true, Stride: []int{2, 1}}},
	{[]int{1, 4, 4}, []int{2, 2, 3}, Convolution{Same: true, Groups: 2, Dilation: []int{2}}},
	{[]int{1, 0, 4}, []int{2, 0, 3}, Convolution{}},
	{[]int{2, 1, 4}, []int{0, 1, 3}, Convolution{}},
	{[]int{2, 1, 0}, []int{2, 1, 3}, Convolution{Pad: []int{2}}},
}

func convInfo() Info {
	conv := func(x, w []int, a Convolution) func(g *graph.Graph) {
		return func(g *graph.Graph) { Conv(g.Input("x", graph.Float32, x...), g.Input("w", graph.Float32, w...), a) }
	}
	info := Info{Name: "Conv", Order: 4, Bad: []Bad{
		{"one to three spatial dimensions", conv([]int{1, 2}, []int{1, 2}, Convolution{})},
		{"3 channels to 4 in 1 groups do not fit filters [4 2 3]", conv([]int{1, 3, 5}, []int{4, 2, 3}, Convolution{})},
		{"a filter of size 6 does not fit size 5", conv([]int{1, 3, 5}, []int{4, 3, 6}, Convolution{})},
		{"want one stride, or 1, not [1 2]", conv([]int{1, 3, 5}, []int{4, 3, 3}, Convolution{Stride: []int{1, 2}})},
		{"a dilation of at least 1", conv([]int{1, 3, 5}, []int{4, 3, 3}, Convolution{Dilation: []int{0}})},
		{"a pad of at least 0", conv([]int{1, 3, 5}, []int{4, 3, 3}, Convolution{PadAfter: []int{-1}})},
		{"images [1 3 5] have 1 spatial dimensions, filters [4 3 3 3] have 2", conv([]int{1, 3, 5}, []int{4, 3, 3, 3}, Convolution{})},
		{"a number of groups that is not negative, not -1", conv([]int{1, 3, 5}, []int{4, 3, 3}, Convolution{Groups: -1})},
		{"3 channels to 4 in 3 groups do not fit", conv([]int{1, 3, 5}, []int{4, 1, 3}, Convolution{Groups: 3})},
		{"at most 2³⁰", conv([]int{1, 3, 5}, []int{4, 3, 3}, Convolution{Dilation: []int{1 << 40}})},
		{"either Same or a pad", conv([]int{1, 3, 5}, []int{4, 3, 3}, Convolution{Same: true, Pad: []int{1}})},
		{"filters that are not empty", conv([]int{1, 3, 5}, []int{4, 3, 0}, Convolution{})},
		{"want as many images, not 2 and 3", func(g *graph.Graph) {
			graph.Apply(convolution{Out: roleW, To: graph.Of(1, 1, 2)}, g.Input("x", graph.Float32, 2, 1, 3), g.Input("y", graph.Float32, 3, 1, 2))
		}},
		{"with one to three spatial dimensions", func(g *graph.Graph) {
			graph.Apply(convolution{Out: roleY}, g.Input("x", graph.Float32, 2, 1, 3), g.Input("w", graph.Float32, 3, 1, 2))
		}},
		{"dtypes float32 and float64 differ", func(g *graph.Graph) {
			Conv(g.Input("x", graph.Float32, 1, 1, 3), g.Input("w", graph.Float64, 1, 1, 2), Convolution{})
		}},
		{"want float32 or float64", func(g *graph.Graph) {
			Conv(g.Input("x", graph.Int32, 1, 1, 3), g.Input("w", graph.Int32, 1, 1, 2), Convolution{})
		}},
	}}
	for i, c := range convolutions {
		info.Cases = append(info.Cases, Case{
			fmt.Sprint(i, c.x, c.w, c.a),
			[]Operand{{Shape: graph.Of(c.x...), Draw: Real}, {Shape: graph.Of(c.w...), Draw: Real}},
			func(in []*graph.Node) []*graph.Node { return []*graph.Node{Conv(in[0], in[1], c.a)} },
		})
	}
	return info
}

func convTransposeInfo() Info {
	transpose := func(x, w []int, a Convolution, more ...int) func(g *graph.Graph) {
		return func(g *graph.Graph) {
			ConvTranspose(g.Input("x", graph.Float32, x...), g.Input("w", graph.Float32, w...), a, more...)
		}
	}
	info := Info{Name: "ConvTranspose", Order: 4, Bad: []Bad{
		{"2 channels to 3 in 1 groups do not fit filters [4 2 3]", transpose([]int{1, 3, 5}, []int{4, 2, 3}, Convolution{})},
		{"output padding 1 is not smaller than stride 1", transpose([]int{1, 3, 5}, []int{3, 2, 3}, Convolution{}, 1)},
		{"either Same or an output padding", transpose([]int{1, 3, 5}, []int{3, 2, 3}, Convolution{Same: true}, 0)},
		{"leave nothing", transpose([]int{1, 3, 1}, []int{3, 2, 3}, Convolution{Pad: []int{2}})},
		{"a pad of at least 0", transpose([]int{1, 3, 5}, []int{3, 2, 3}, Convolution{PadAfter: []int{-1}})},
		{"want one output padding", transpose([]int{1, 3, 5}, []int{3, 2, 3}, Convolution{}, 1, 1)},
		{"have 1 spatial dimensions, filters [3 2 3 3] have 2", transpose([]int{1, 3, 5}, []int{3, 2, 3, 3}, Convolution{})},
		{"one to three spatial dimensions", transpose([]int{1, 3}, []int{3, 2}, Convolution{})},
	}}
	for i, c := range convolutions {
		x, w := graph.Of(c.x...), graph.Of(c.w...)
		o, err := c.a.forward(x, w)
		if err != nil {
			panic(err)
		}
		y, more := o.To, make([]int, x.Rank()-2)
		for d := range more { // so that the size of x comes out
			k := 3 - len(more) + d
			after := o.Pad[k]
			if c.a.PadAfter != nil {
				after = c.a.PadAfter[d%len(c.a.PadAfter)]
			}
			more[d] = max(0, x.Dim(2+d)-((y.Dim(2+d)-1)*o.Stride[k]-o.Pad[k]-after+(w.Dim(2+d)-1)*o.Dilation[k]+1))
		}
		if c.a.Same {
			more = nil
		}
		info.Cases = append(info.Cases, Case{
			fmt.Sprint(i, y, w, c.a),
			[]Operand{{Shape: y, Draw: Real}, {Shape: w, Draw: Real}},
			func(in []*graph.Node) []*graph.Node { return []*graph.Node{ConvTranspose(in[0], in[1], c.a, more...)} },
		})
	}
	return info
}
