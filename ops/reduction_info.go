package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// axisSets are the axes that every reduction is checked along, for each of some shapes; nil means all.
var axisSets = []struct {
	dims []int
	axes []int
}{
	{[]int{}, nil},
	{[]int{1}, nil},
	{[]int{5}, nil},
	{[]int{5}, []int{0}},
	{[]int{7}, []int{-1}},
	{[]int{2, 3}, nil},
	{[]int{2, 3}, []int{0}},
	{[]int{2, 3}, []int{1}},
	{[]int{2, 3}, []int{-1}},
	{[]int{2, 3}, []int{0, 1}},
	{[]int{1, 4}, []int{0}},
	{[]int{4, 1}, []int{1}},
	{[]int{4, 1}, []int{0}},
	{[]int{2, 3, 4}, nil},
	{[]int{2, 3, 4}, []int{0}},
	{[]int{2, 3, 4}, []int{1}},
	{[]int{2, 3, 4}, []int{2}},
	{[]int{2, 3, 4}, []int{0, 2}},
	{[]int{2, 3, 4}, []int{0, 1}},
	{[]int{2, 3, 4}, []int{-1, -2}},
	{[]int{2, 1, 3}, []int{1}},
	{[]int{2, 3, 2, 2}, []int{0, 2, 3}},
	{[]int{2, 3, 2, 2}, []int{1}},
	{[]int{2, 3, 2, 2}, []int{1, 3}},
	{[]int{2, 3, 2, 2}, []int{0, 2}},
	{[]int{2, 1, 2, 1, 2}, []int{0, 2, 4}},
	{[]int{1, 2, 1, 2, 3}, []int{4}},
	{[]int{1, 2, 1, 2, 3}, []int{1, 3}},
	{[]int{40}, nil},
	{[]int{9, 5}, []int{0}},
	{[]int{5, 9}, []int{1}},
}

// reductionCases are cases of a reduction along axes; empty adds arrays without elements.
func reductionCases(f func(x *graph.Node, axes ...int) *graph.Node, d Domain, empty bool) (cs []Case) {
	sets := axisSets
	if empty {
		for _, dims := range [][]int{{0}, {0, 3}, {3, 0}, {2, 0, 2}} {
			sets = append(sets[:len(sets):len(sets)], struct{ dims, axes []int }{dims, nil}, struct{ dims, axes []int }{dims, []int{0}})
		}
	}
	for _, s := range sets {
		cs = append(cs, Case{fmt.Sprint(s.dims, s.axes), []Operand{{Shape: graph.Of(s.dims...), Draw: d}}, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{f(in[0], s.axes...)}
		}})
	}
	return cs
}

func reductionBad(f func(x *graph.Node, axes ...int) *graph.Node) []Bad {
	return []Bad{
		{"no axis 2 in [2 3]", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2, 3), 2) }},
		{"not bool", func(g *graph.Graph) { f(g.Input("x", graph.Bool, 2, 3)) }},
	}
}

// axisCases are cases of an op along one axis: every axis of some shapes, counted from either end.
func axisCases(f func(x *graph.Node, axis int) []*graph.Node, d Domain, empty bool) (cs []Case) {
	dims := [][]int{{1}, {2}, {5}, {33}, {1, 4}, {4, 1}, {2, 3}, {3, 17}, {2, 3, 4}, {3, 1, 2}, {2, 2, 3, 2}, {2, 1, 2, 1, 2}, {0, 3}, {2, 0}, {3, 0, 2}}
	for _, s := range dims {
		for a := range s {
			if s[a] == 0 && !empty {
				continue
			}
			axis := a
			if (a+len(s))%2 == 0 {
				axis -= len(s)
			}
			cs = append(cs, Case{fmt.Sprint(s, " along ", axis), []Operand{{Shape: graph.Of(s...), Draw: d}}, func(in []*graph.Node) []*graph.Node {
				return f(in[0], axis)
			}})
		}
	}
	return cs
}

// axisBad are misuses of an op along one axis; the last is of a dtype it does not take.
func axisBad(f func(x *graph.Node, axis int) []*graph.Node, not graph.Dtype, want string) []Bad {
	return []Bad{
		{"no axis 2 in [2 3]", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2, 3), 2) }},
		{"no axis -3 in [2 3]", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2, 3), -3) }},
		{"no axis 0 in []", func(g *graph.Graph) { f(g.Input("x", graph.Float32), 0) }},
		{want, func(g *graph.Graph) { f(g.Input("x", not, 2, 3), 1) }},
	}
}

// one makes a function of one result fit the above.
func one(f func(x *graph.Node, axis int) *graph.Node) func(x *graph.Node, axis int) []*graph.Node {
	return func(x *graph.Node, axis int) []*graph.Node { return []*graph.Node{f(x, axis)} }
}
