package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/order"
)

// Searchsorted returns where elements would be put in among sorted ones, as int32: before the first that is not smaller, or with right
// before the first that is larger. There is no derivative.
//
//	sorted […, n], ascending along the last axis    v […, m]    y […, m] in [0, n]
//
// Both are numbers of one dtype with the same leading axes, or sorted is one vector for all. NaN is larger than any number. In what is not
// sorted the result is some number from 0 to n.
func Searchsorted(sorted, v *graph.Node, right bool) *graph.Node {
	if sorted.Valid() && v.Valid() && sorted.Shape().Rank() == 1 && v.Shape().Rank() != 1 {
		y := graph.Apply(searchsorted{right}, sorted, Reshape(v, -1))
		return ReshapeTo(y, v.Shape())
	}
	return graph.Apply(searchsorted{right}, sorted, v)
}

type searchsorted struct{ Right bool }

func (searchsorted) Name() string { return "searchsorted" }

func (searchsorted) Infer(in []graph.Type) ([]graph.Type, error) {
	s, t := in[0].Shape, in[1].Shape
	if s.Rank() < 1 || t.Rank() != s.Rank() || s.WithDim(-1, 0) != t.WithDim(-1, 0) {
		return nil, fmt.Errorf("want one vector of sorted elements, or equal leading axes")
	}
	if in[0].Dtype != in[1].Dtype {
		return nil, fmt.Errorf("dtypes %v and %v differ; ops.Cast converts", in[0].Dtype, in[1].Dtype)
	}
	return []graph.Type{{Dtype: graph.Int32, Shape: t}}, rankable(in[0])
}

func (searchsorted) Work(in, _ []graph.Type) graph.Work {
	return graph.Work{Phases: [3]int{share(count(in[0].Shape), 16*in[1].Shape.Dim(-1))}}
}

func (o searchsorted) Eval(c *graph.Call) error {
	switch c.In[0].Type.Dtype {
	case graph.Float32:
		searchRows[float32](o, c)
	case graph.Float64:
		searchRows[float64](o, c)
	case graph.Int32:
		searchRows[int32](o, c)
	case graph.Int64:
		searchRows[int64](o, c)
	default:
		searchRows[uint8](o, c)
	}
	return nil
}

func searchRows[T order.Number](o searchsorted, c *graph.Call) {
	x, v, y := graph.Data[T](c.In[0]), graph.Data[T](c.In[1]), graph.Data[int32](c.Out[0])
	m := c.In[1].Type.Shape.Dim(-1)
	for r, hi, n := rowsOf(c); r < hi; r++ {
		row := x[r*n : (r+1)*n]
		for i, want := range v[r*m : (r+1)*m] {
			y[r*m+i] = int32(order.Place(row, want, o.Right))
		}
	}
}

func (searchsorted) VJP(_, _ *graph.Node) []*graph.Node { return []*graph.Node{nil, nil} }

func (o searchsorted) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, Align(in, mapped)...)}
}

func searchsortedInfo() Info {
	info := Info{Name: "Searchsorted", Bad: []Bad{
		{"want one vector of sorted elements, or equal leading axes", func(g *graph.Graph) {
			Searchsorted(g.Input("x", graph.Float32, 2, 3), g.Input("v", graph.Float32, 3, 3), false)
		}},
		{"dtypes float32 and float64 differ", func(g *graph.Graph) {
			Searchsorted(g.Input("x", graph.Float32, 2), g.Input("v", graph.Float64, 2), false)
		}},
		{"want numbers, not bool", func(g *graph.Graph) { Searchsorted(g.Input("x", graph.Bool, 2), g.Input("v", graph.Bool, 2), false) }},
	}}
	for _, s := range [][2][]int{{{1}, {3}}, {{5}, {4}}, {{0}, {2}}, {{3}, {0}}, {{4}, {2, 3}}, {{7}, {}}, {{2, 3}, {2, 5}}, {{2, 2, 3}, {2, 2, 1}}} {
		for _, d := range []graph.Dtype{graph.Float32, graph.Int32, graph.Int64, graph.Uint8} {
			for _, right := range []bool{false, true} {
				in := []Operand{{Shape: graph.Of(s[0]...), Dtype: d, Draw: between(0, 9)}, {Shape: graph.Of(s[1]...), Dtype: d, Draw: between(0, 9)}}
				info.Cases = append(info.Cases, Case{fmt.Sprint(d, " ", s[0], " ", s[1], " ", right), in, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{Searchsorted(Sort(in[0], -1, false), in[1], right)}
				}})
			}
		}
	}
	return info
}
