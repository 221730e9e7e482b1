package ops

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

func attentionInfo() Info {
	bad := func(want string, f func(g *graph.Graph, in func(dims ...int) *graph.Node)) Bad {
		return Bad{want, func(g *graph.Graph) {
			f(g, func(dims ...int) *graph.Node { return g.Input(fmt.Sprint("x", g.Fresh()), graph.Float32, dims...) })
		}}
	}
	info := Info{Name: "Attention", Order: 4, Bad: []Bad{
		bad("want [..., heads, length, width], not rank 2", func(_ *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(3, 2), in(3, 2), in(3, 2), Attending{})
		}),
		bad("want [..., heads, length, width], not rank 0", func(_ *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(), in(3, 2), in(1, 3, 2), Attending{})
		}),
		bad("want equal leading axes", func(_ *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(2, 1, 3, 2), in(1, 1, 3, 2), in(2, 1, 3, 2), Attending{})
		}),
		bad("2 heads of keys, but 4 of values", func(_ *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(4, 3, 2), in(2, 3, 2), in(4, 3, 2), Attending{})
		}),
		bad("4 heads of queries are no multiple of 3 heads of keys", func(_ *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(4, 3, 2), in(3, 3, 2), in(3, 3, 2), Attending{})
		}),
		bad("queries of width 2 do not match keys of width 5", func(_ *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(1, 3, 2), in(1, 3, 5), in(1, 3, 2), Attending{})
		}),
		bad("want a width of at least 1", func(_ *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(1, 3, 0), in(1, 3, 0), in(1, 3, 2), Attending{})
		}),
		bad("3 keys, but 4 values", func(_ *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(1, 3, 2), in(1, 3, 2), in(1, 4, 2), Attending{})
		}),
		bad("want a finite scale, not +Inf", func(_ *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(1, 3, 2), in(1, 3, 2), in(1, 3, 2), Attending{Scale: math.Inf(1)})
		}),
		bad("want a mask of bool, not float32", func(_ *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(1, 3, 2), in(1, 3, 2), in(1, 3, 2), Attending{Mask: in(3, 3)})
		}),
		bad("mask [1 4 3] does not broadcast to the scores [1 3 3]", func(g *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(1, 3, 2), in(1, 3, 2), in(1, 3, 2), Attending{Mask: g.Input("m", graph.Bool, 4, 3)})
		}),
		bad("want a bias of float32, not float64", func(g *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(1, 3, 2), in(1, 3, 2), in(1, 3, 2), Attending{Bias: g.Input("m", graph.Float64, 3, 3)})
		}),
		bad("bias [1 3 2] does not broadcast to the scores [1 3 3]", func(_ *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(1, 3, 2), in(1, 3, 2), in(1, 3, 2), Attending{Bias: in(3, 2)})
		}),
		bad("dtypes float32 and float64 differ", func(g *graph.Graph, in func(...int) *graph.Node) {
			Attention(in(1, 3, 2), g.Input("k", graph.Float64, 1, 3, 2), in(1, 3, 2), Attending{})
		}),
		bad("want float32 or float64, not int32", func(g *graph.Graph, _ func(...int) *graph.Node) {
			x := g.Input("x", graph.Int32, 1, 3, 2)
			Attention(x, x, x, Attending{})
		}),
		bad("queries of width 2 do not match keys of width 5", func(_ *graph.Graph, in func(...int) *graph.Node) {
			AttentionWeights(in(1, 3, 2), in(1, 3, 5), Attending{})
		}),
	}}
	for _, s := range attentions {
		for flags := range 4 {
			info.Cases = append(info.Cases, s.plain(flags&1 == 1, flags&2 == 2))
		}
	}
	for i, s := range attentions {
		info.Cases = append(info.Cases, s.inside(i%2 == 0))
	}
	for i, s := range attentions {
		for j, m := range [][]int{{}, {1}, {s.n}, {s.t, 1}, {s.t, s.n}, {s.h, s.t, s.n}, {1, s.t, s.n}, {s.h, 1, s.n}} {
			if (i+j)%2 == 0 {
				info.Cases = append(info.Cases, s.masked(m, i%3 == 0))
			} else {
				info.Cases = append(info.Cases, s.biased(m, j%3 == 0))
			}
		}
	}
	return info
}

// attentions are the sizes of the cases.
var attentions = []attentionSizes{
	{nil, 1, 1, 1, 1, 1, 1},
	{nil, 1, 1, 3, 3, 2, 2},
	{nil, 2, 2, 2, 3, 2, 1},
	{[]int{2}, 2, 1, 3, 2, 1, 2},
	{[]int{1, 2}, 4, 2, 2, 4, 3, 2},
	{[]int{2}, 1, 1, 5, 3, 2, 3},
	{nil, 1, 1, 2, 0, 2, 2},
	{nil, 2, 1, 0, 2, 2, 2},
	{[]int{0}, 2, 1, 2, 2, 2, 2},
	{[]int{2}, 3, 1, 1, 7, 2, 2},
	{[]int{2}, 4, 2, 1, 3, 2, 1},
}

type attentionSizes struct {
	lead               []int
	h, hk, t, n, d, dv int
}

func (s attentionSizes) operands() []Operand {
	of := func(dims ...int) Operand {
		return Operand{Shape: graph.Of(s.lead...).Append(graph.Of(dims...)), Draw: Real}
	}
	return []Operand{of(s.h, s.t, s.d), of(s.hk, s.n, s.d), of(s.hk, s.n, s.dv)}
}

// sees says whether every query sees a key, so that the logarithm is finite.
func (s attentionSizes) sees(causal bool) bool { return s.n > 0 && (!causal || s.t <= s.n) }

func (s attentionSizes) plain(causal, residual bool) Case {
	return Case{fmt.Sprint(s, causal, residual), s.operands(), func(in []*graph.Node) []*graph.Node {
		y, lse := Attention(in[0], in[1], in[2], Attending{Causal: causal})
		if residual && s.sees(causal) {
			return []*graph.Node{y, Square(lse)}
		}
		return []*graph.Node{y}
	}}
}

// inside has operands as a projection leaves them.
func (s attentionSizes) inside(masked bool) Case {
	in := s.operands()
	for i := range in {
		in[i].Shape = outside(in[i].Shape)
	}
	in = append(in, Operand{Shape: graph.Of(s.h, s.t, s.n), Draw: Real})
	return Case{fmt.Sprint(s, "inside", masked), in, func(in []*graph.Node) []*graph.Node {
		how := Attending{Causal: true, Bias: in[3]}
		if masked {
			how.Mask = Less(in[3], Like(1, in[3]))
		}
		y, _ := Attention(SwapAxes(in[0], -2, -3), SwapAxes(in[1], -2, -3), SwapAxes(in[2], -2, -3), how)
		return []*graph.Node{y}
	}}
}

// masked may leave a query without a key.
func (s attentionSizes) masked(m []int, causal bool) Case {
	in := append(s.operands(), Operand{Shape: graph.Of(m...), Dtype: graph.Bool, Draw: func(r *rand.Rand, n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = float64(min(1, r.IntN(3)))
		}
		return v
	}})
	return Case{fmt.Sprint(s, "mask", m, causal), in, func(in []*graph.Node) []*graph.Node {
		y, _ := Attention(in[0], in[1], in[2], Attending{Causal: causal, Mask: in[3], Scale: -0.7})
		return []*graph.Node{y}
	}}
}

func (s attentionSizes) biased(m []int, causal bool) Case {
	in := append(s.operands(), Operand{Shape: graph.Of(m...), Draw: Real})
	return Case{fmt.Sprint(s, "bias", m, causal), in, func(in []*graph.Node) []*graph.Node {
		y, _ := Attention(in[0], in[1], in[2], Attending{Causal: causal, Bias: in[3], Mask: Less(in[3], Like(1.9, in[3]))})
		w := AttentionWeights(in[0], in[1], Attending{Causal: causal, Bias: in[3]})
		return []*graph.Node{y, w}
	}}
}
