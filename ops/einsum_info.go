package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// equations are Einsum's cases: an equation, and the operands' sizes.
var equations = []struct {
	of   string
	dims [][]int
}{
	{"i->i", [][]int{{3}}},
	{"i->", [][]int{{3}}},
	{"->", [][]int{{}}},
	{"ij->ji", [][]int{{2, 3}}},
	{"ij->j", [][]int{{2, 3}}},
	{"ba", [][]int{{2, 3}}},
	{"ijk->ki", [][]int{{2, 3, 4}}},
	{"ii->", [][]int{{3, 3}}},
	{"ii->i", [][]int{{3, 3}}},
	{"iji->ij", [][]int{{2, 3, 2}}},
	{"iii->i", [][]int{{2, 2, 2}}},
	{"ijij->", [][]int{{2, 3, 2, 3}}},
	{"...ij->...ji", [][]int{{2, 1, 2, 3}}},
	{"...->...", [][]int{{2, 3}}},
	{"i...->i", [][]int{{2, 3, 2}}},
	{"i,i->", [][]int{{4}, {4}}},
	{"i,i->i", [][]int{{4}, {4}}},
	{"i,j->ij", [][]int{{2}, {3}}},
	{",ij->ij", [][]int{{}, {2, 3}}},
	{"ij,jk->ik", [][]int{{2, 3}, {3, 4}}},
	{"ij,kj->ki", [][]int{{2, 3}, {4, 3}}},
	{"ji,jk", [][]int{{3, 2}, {3, 4}}},
	{"ij,j->i", [][]int{{2, 3}, {3}}},
	{"bij,bjk->bik", [][]int{{2, 2, 3}, {2, 3, 2}}},
	{"bij,jk->bik", [][]int{{2, 2, 3}, {3, 2}}},
	{"...ij,...jk->...ik", [][]int{{2, 1, 2, 3}, {3, 3, 2}}},
	{"...i,...i", [][]int{{2, 3}, {1, 3}}},
	{"bhqd,bhkd->bhqk", [][]int{{2, 2, 2, 3}, {2, 2, 4, 3}}},
	{"ijk,jil->kl", [][]int{{2, 3, 2}, {3, 2, 2}}},
	{"ij,ij->", [][]int{{2, 3}, {2, 3}}},
	{"ij,ik->ijk", [][]int{{2, 3}, {2, 2}}},
	{"ij,kl->", [][]int{{2, 3}, {2, 2}}},
	{"ii,ij->j", [][]int{{3, 3}, {3, 2}}},
	{"ij,jk,kl->il", [][]int{{2, 3}, {3, 2}, {2, 4}}},
	{"a,ab,b->", [][]int{{2}, {2, 3}, {3}}},
	{"ij,j,jk->ik", [][]int{{2, 3}, {3}, {3, 2}}},
	{"ab,bc,cd,da->", [][]int{{2, 3}, {3, 2}, {2, 2}, {2, 2}}},
	{"ij,jk->ik", [][]int{{2, 0}, {0, 3}}},
	{"ij,jk->ik", [][]int{{0, 2}, {2, 3}}},
	{" i j , j -> i ", [][]int{{2, 3}, {3}}},
	{"Ab,bA->A", [][]int{{2, 3}, {3, 2}}},
}

func einsumInfo() Info {
	bad := func(want, equation string, dims ...[]int) Bad {
		return Bad{want, func(g *graph.Graph) {
			var xs []*graph.Node
			for i, d := range dims {
				xs = append(xs, g.Input(fmt.Sprint("x", i), graph.Float32, d...))
			}
			Einsum(equation, xs...)
		}}
	}
	info := Info{Name: "Einsum", Order: 4, Bad: []Bad{
		bad("want 2 operands, not 1", "ij,jk->ik", []int{2, 3}),
		bad(`x0 [2 3] has 2 axes, "ijk" names 3`, "ijk->i", []int{2, 3}),
		bad(`x0 [2 3] has 2 axes, "i" names 1`, "i->i", []int{2, 3}),
		bad(`x0 [2 3] has 2 axes, "ijk..." names 3`, "ijk...->i", []int{2, 3}),
		bad("not '1' in \"i1\"", "i1->i", []int{2, 3}),
		bad("not '.' in \"i..\"", "i..->i", []int{2, 3, 4}),
		bad("not '-' in \"i->i\"", "ij->i->i", []int{2, 3}),
		bad("j has sizes 3 and 4", "ij,jk->ik", []int{2, 3}, []int{4, 5}),
		bad("i has sizes 2 and 3", "ii->i", []int{2, 3}),
		bad("i has sizes 1 and 3", "i,i->i", []int{1}, []int{3}),
		bad("the axes of ... do not broadcast", "...,...->...", []int{2}, []int{3}),
		bad("the result has k, but no operand has", "ij->ik", []int{2, 3}),
		bad("the result has i twice", "ij->ii", []int{2, 3}),
		{"dtypes float32 and int32 differ", func(g *graph.Graph) { Einsum("i,i->", g.Input("x", graph.Float32, 2), g.Input("y", graph.Int32, 2)) }},
		{"not bool", func(g *graph.Graph) { Einsum("i,i->i", g.Input("x", graph.Bool, 2), g.Input("y", graph.Bool, 2)) }},
	}}
	for _, e := range equations {
		var in []Operand
		for _, d := range e.dims {
			in = append(in, Operand{Shape: graph.Of(d...), Draw: Real})
		}
		info.Cases = append(info.Cases, Case{fmt.Sprint(e.of, " ", e.dims), in, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{Square(Einsum(e.of, in...))}
		}})
	}
	return withIntegers(info)
}
