package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// TakeAlongAxis returns elements of each line of x along an axis, by number, as NumPy's take_along_axis does.
//
//	y[a…, j, b…] = x[a…, index[a…, j, b…], b…]        ∂x[a…, k, b…] = Σ over index[a…, j, b…] = k of ∂y[a…, j, b…]
//
// x is of any dtype, index of int32 or int64. They have one rank; the sizes but that of the axis broadcast, and y has those and index's size
// along the axis. A number out of range is an error of the run.
func TakeAlongAxis(x, index *graph.Node, axis int) *graph.Node {
	if !x.Valid() || !index.Valid() {
		return graph.Apply(gather{}, x, index)
	}
	last, list, at, err := lines(x, index, axis)
	if err != nil {
		return x.Graph().Failf("takealongaxis: %s %v, %s %v: %w", x.Called(), x.Type(), index.Called(), index.Type(), err)
	}
	return MoveAxis(graph.Apply(gather{Lead: last.Shape().Rank() - 1}, last, list), -1, at)
}

// AddAlongAxis adds up elements of each line of u along an axis where the indices say, in zeros of n elements a line: it is the transpose of
// TakeAlongAxis, which is its derivative.
//
//	y[a…, index[a…, j, b…], b…] += u[a…, j, b…], in the order of j        ∂u[a…, j, b…] = ∂y[a…, index[a…, j, b…], b…]
//
// u is numbers, index of int32 or int64, of one shape. A number out of [0, n) is an error of the run.
func AddAlongAxis(u, index *graph.Node, axis, n int) *graph.Node {
	if !u.Valid() || !index.Valid() {
		return graph.Apply(scatterAdd{}, u, index)
	}
	last, list, at, err := lines(u, index, axis)
	if err == nil && u.Shape() != index.Shape() {
		err = fmt.Errorf("want shapes that are equal")
	}
	if err != nil {
		return u.Graph().Failf("addalongaxis: %s %v, %s %v: %w", u.Called(), u.Type(), index.Called(), index.Type(), err)
	}
	return MoveAxis(graph.Apply(scatterAdd{Lead: last.Shape().Rank() - 1, N: n}, last, list), -1, at)
}

// lines moves an axis to the end of x and index, and broadcasts what is before it.
func lines(x, index *graph.Node, axis int) (last, list *graph.Node, at int, err error) {
	if at, err = x.Shape().Axis(axis); err != nil {
		return nil, nil, 0, err
	}
	if index.Shape().Rank() != x.Shape().Rank() {
		return nil, nil, 0, fmt.Errorf("want indices of rank %d", x.Shape().Rank())
	}
	last, list = MoveAxis(x, at, -1), MoveAxis(index, at, -1)
	s, t := last.Shape(), list.Shape()
	both, ok := broadcast(s.Cut(0, s.Rank()-1), t.Cut(0, s.Rank()-1))
	if !ok {
		return nil, nil, 0, fmt.Errorf("the sizes beside axis %d do not broadcast", at)
	}
	return ExpandTo(last, both.Append(graph.Of(s.Dim(-1)))), ExpandTo(list, both.Append(graph.Of(t.Dim(-1)))), at, wantIndex(index.Type())
}

func takeAlongAxisInfo() Info {
	take := func(x *graph.Node, axis int) []*graph.Node {
		if !x.Valid() {
			return []*graph.Node{x}
		}
		return []*graph.Node{TakeAlongAxis(x, Cast(x, graph.Int32), axis)}
	}
	info := Info{Name: "TakeAlongAxis", Order: 4, Bad: append(axisBad(take, graph.Float32, "")[:3],
		Bad{"want indices of rank 2", func(g *graph.Graph) {
			TakeAlongAxis(g.Input("x", graph.Float32, 2, 3), g.Input("i", graph.Int32, 2), 0)
		}},
		Bad{"the sizes beside axis 1 do not broadcast", func(g *graph.Graph) {
			TakeAlongAxis(g.Input("x", graph.Float32, 2, 3), g.Input("i", graph.Int32, 3, 3), 1)
		}},
		Bad{"want indices of int32 or int64, not float32", func(g *graph.Graph) {
			TakeAlongAxis(g.Input("x", graph.Float32, 2, 3), g.Input("i", graph.Float32, 2, 3), 1)
		}},
	)}
	for _, s := range [][]int{{1}, {4}, {2, 3}, {3, 1, 2}, {2, 0}, {2, 3, 4}, {2, 2, 3, 2}} {
		for a, n := range s {
			for _, k := range []int{0, 1, 5} {
				if n == 0 && k > 0 {
					continue
				}
				list := graph.Of(s...).WithDim(a, k)
				if k == 1 && a > 0 {
					list = list.WithDim(0, 1) // broadcast
				}
				in := []Operand{{Shape: graph.Of(s...), Draw: Real}, {Shape: list, Dtype: []graph.Dtype{graph.Int32, graph.Int64}[k%2], Draw: Index(max(1, n))}}
				info.Cases = append(info.Cases, Case{fmt.Sprint(s, " by ", list, " along ", a), in, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{Square(TakeAlongAxis(in[0], in[1], a-len(s)))}
				}})
			}
		}
	}
	return info
}

func addAlongAxisInfo() Info {
	info := Info{Name: "AddAlongAxis", Order: 4, Bad: []Bad{
		{"want shapes that are equal", func(g *graph.Graph) {
			AddAlongAxis(g.Input("u", graph.Float32, 2, 3), g.Input("i", graph.Int32, 1, 3), 1, 4)
		}},
		{"no axis 2 in [2 3]", func(g *graph.Graph) {
			AddAlongAxis(g.Input("u", graph.Float32, 2, 3), g.Input("i", graph.Int32, 2, 3), 2, 4)
		}},
		{"want numbers, not bool", func(g *graph.Graph) {
			AddAlongAxis(g.Input("u", graph.Bool, 2, 3), g.Input("i", graph.Int32, 2, 3), 1, 4)
		}},
		{"not negative, not -1", func(g *graph.Graph) {
			AddAlongAxis(g.Input("u", graph.Float32, 2), g.Input("i", graph.Int32, 2), 0, -1)
		}},
	}}
	for _, s := range [][]int{{1}, {4}, {0}, {2, 3}, {3, 1, 2}, {2, 0}, {2, 3, 4}, {2, 2, 3, 2}} {
		for a := range s {
			for _, n := range []int{1, 4} {
				in := []Operand{{Shape: graph.Of(s...), Draw: Real}, {Shape: graph.Of(s...), Dtype: graph.Int32, Draw: Index(n)}}
				info.Cases = append(info.Cases, Case{fmt.Sprint(s, " to ", n, " along ", a), in, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{Square(AddAlongAxis(in[0], in[1], a-len(s), n))}
				}})
			}
		}
	}
	return info
}
