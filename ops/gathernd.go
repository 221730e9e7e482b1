package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// GatherND returns what several indices name together: y[i…] = x[index[i…, 0], …, index[i…, k − 1]], and the rest of x below it. The
// derivative adds up what came from one place.
//
//	x [n₀, …, n₍ₖ₋₁₎, …], of any dtype    index [i…, k], int32 or int64    y [i…, …]
//
// A number out of its axis is an error of the run.
func GatherND(x, index *graph.Node) *graph.Node {
	if !x.Valid() || !index.Valid() {
		return Gather(x, index)
	}
	s, k := x.Shape(), 0
	if index.Shape().Rank() > 0 {
		k = index.Shape().Dim(-1)
	}
	if k < 1 || k > s.Rank() {
		return x.Graph().Failf("gathernd: %s %v, %s %v: want indices [..., k] of 1 to %d axes", x.Called(), s, index.Called(), index.Shape(), s.Rank())
	}
	to := s.Cut(0, k)
	return Gather(ReshapeTo(x, graph.Of(to.Size()).Append(s.Cut(k, s.Rank()))), graph.Apply(ravel{to}, index))
}

// ScatterND adds up arrays where several indices say together, in zeros: y[index[i…, 0], …, index[i…, k − 1]] += u[i…], in the order of i. It
// is the transpose of GatherND, which is its derivative. dims are the sizes of the axes that are indexed.
//
//	u [i…, …], numbers    index [i…, k], int32 or int64    y [dims…, …]
//
// A number out of its axis is an error of the run.
func ScatterND(u, index *graph.Node, dims ...int) *graph.Node {
	if !u.Valid() || !index.Valid() {
		return ScatterAdd(u, index, 0)
	}
	to := graph.Of(dims...)
	if index.Shape().Rank() < 1 || index.Shape().Dim(-1) != to.Rank() || to.Rank() < 1 || to.Err() != nil {
		return u.Graph().Failf("scatternd: %s %v, %s %v: want indices [..., %d] for the sizes %v", u.Called(), u.Shape(), index.Called(), index.Shape(), len(dims), dims)
	}
	y := ScatterAdd(u, graph.Apply(ravel{to}, index), to.Size())
	if !y.Valid() {
		return y
	}
	return ReshapeTo(y, to.Append(y.Shape().Cut(1, y.Shape().Rank())))
}

// ravel numbers the elements of an array of shape To, as they lie in memory, by their indices along the last axis.
type ravel struct{ To graph.Shape }

func (ravel) Name() string { return "ravel" }

func (o ravel) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := wantIndex(in[0]); err != nil {
		return nil, err
	}
	s := in[0].Shape
	if s.Rank() == 0 || s.Dim(-1) != o.To.Rank() {
		return nil, fmt.Errorf("want indices [..., %d], not %v", o.To.Rank(), s)
	}
	return []graph.Type{{Dtype: graph.Int64, Shape: s.Cut(0, s.Rank()-1)}}, o.To.Err()
}

func (o ravel) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Int32 {
		return ravels[int32](c, o.To)
	}
	return ravels[int64](c, o.To)
}

func ravels[I int32 | int64](c *graph.Call, to graph.Shape) error {
	index, k := graph.Data[I](c.In[0]), to.Rank()
	for i := range graph.Data[int64](c.Out[0]) {
		n := int64(0)
		for axis, at := range index[i*k : (i+1)*k] {
			if at < 0 || int64(at) >= int64(to.Dim(axis)) {
				return fmt.Errorf("index %d of axis %d is out of [0, %d)", at, axis, to.Dim(axis))
			}
			n = n*int64(to.Dim(axis)) + int64(at)
		}
		graph.Data[int64](c.Out[0])[i] = n
	}
	return nil
}

func (ravel) VJP(_, _ *graph.Node) []*graph.Node { return []*graph.Node{nil} }

func (o ravel) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in...)}
}

func gatherNDInfo() Info {
	info := Info{Name: "GatherND", Order: 4, Bad: []Bad{
		{"want indices [..., k] of 1 to 2 axes", func(g *graph.Graph) { GatherND(g.Input("x", graph.Float32, 2, 3), g.Input("i", graph.Int32, 4, 3)) }},
		{"want indices [..., k] of 1 to 1 axes", func(g *graph.Graph) { GatherND(g.Input("x", graph.Float32, 2), g.Input("i", graph.Int32)) }},
		{"want indices of int32 or int64, not float32", func(g *graph.Graph) { GatherND(g.Input("x", graph.Float32, 2), g.Input("i", graph.Float32, 1)) }},
	}}
	for _, s := range [][]int{{3}, {3, 3}, {3, 3, 2}, {4, 3, 3, 2}} {
		for _, i := range [][]int{{}, {1}, {0}, {4}, {2, 3}} {
			for k := 1; k <= min(3, len(s)); k++ {
				list := graph.Of(append(append([]int(nil), i...), k)...)
				in := []Operand{{Shape: graph.Of(s...), Draw: Real}, {Shape: list, Dtype: []graph.Dtype{graph.Int32, graph.Int64}[k%2], Draw: Index(2)}}
				info.Cases = append(info.Cases, Case{fmt.Sprint(s, " by ", list), in, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{Square(GatherND(in[0], in[1]))}
				}})
			}
		}
	}
	return info
}

func scatterNDInfo() Info {
	info := Info{Name: "ScatterND", Order: 4, Bad: []Bad{
		{"want indices [..., 2] for the sizes [2 3]", func(g *graph.Graph) { ScatterND(g.Input("u", graph.Float32, 4), g.Input("i", graph.Int32, 4, 3), 2, 3) }},
		{"want indices [..., 1] for the sizes [2]", func(g *graph.Graph) { ScatterND(g.Input("u", graph.Float32), g.Input("i", graph.Int32), 2) }},
		{"want one row for each index", func(g *graph.Graph) { ScatterND(g.Input("u", graph.Float32, 3), g.Input("i", graph.Int32, 4, 1), 2) }},
		{"not bool", func(g *graph.Graph) { ScatterND(g.Input("u", graph.Bool, 4), g.Input("i", graph.Int32, 4, 1), 2) }},
	}}
	for _, rest := range [][]int{{}, {2}, {1, 3}} {
		for _, i := range [][]int{{}, {1}, {0}, {4}, {2, 3}} {
			for _, dims := range [][]int{{3}, {2, 3}, {4, 2, 2}} {
				list := graph.Of(append(append([]int(nil), i...), len(dims))...)
				in := []Operand{{Shape: graph.Of(append(append([]int(nil), i...), rest...)...), Draw: Real}, {Shape: list, Dtype: graph.Int32, Draw: Index(2)}}
				info.Cases = append(info.Cases, Case{fmt.Sprint(rest, " by ", list, " to ", dims), in, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{Square(ScatterND(in[0], in[1], dims...))}
				}})
			}
		}
	}
	return info
}
