package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Transpose exchanges axes: axis i of the result is axis perm[i] of x. Without perm the order of all axes is reversed.
// Negative axes count from the end. It is a view; its derivative is the inverse transposition.
func Transpose(x *graph.Node, perm ...int) *graph.Node {
	if !x.Valid() {
		return x
	}
	r := x.Shape().Rank()
	p := make([]int, len(perm), graph.MaxRank)
	for i, a := range perm {
		j, err := x.Shape().Axis(a)
		if err != nil {
			return x.Graph().Failf("transpose: %s %v: %w", x.Called(), x.Shape(), err)
		}
		p[i] = j
	}
	if len(perm) == 0 {
		for i := range r {
			p = append(p, r-1-i)
		}
	}
	return permute(x, graph.Of(p...))
}

func permute(x *graph.Node, perm graph.Shape) *graph.Node {
	if !x.Valid() {
		return x
	}
	same := perm.Rank() == x.Shape().Rank()
	for i := range perm.Rank() {
		same = same && perm.Dim(i) == i
	}
	if same {
		return x
	}
	return graph.Apply(transpose{perm}, x)
}

// transpose lists axes as a shape lists sizes: a comparable list.
type transpose struct{ Perm graph.Shape }

func (transpose) Name() string { return "transpose" }

func (o transpose) Infer(in []graph.Type) ([]graph.Type, error) {
	s := in[0].Shape
	d, seen := make([]int, s.Rank()), [graph.MaxRank]bool{}
	if o.Perm.Err() != nil || o.Perm.Rank() != s.Rank() {
		return nil, fmt.Errorf("want an order of %d axes, not of %d", s.Rank(), o.Perm.Rank())
	}
	for i := range d {
		a := o.Perm.Dim(i)
		if a >= s.Rank() || seen[a] {
			return nil, fmt.Errorf("%v is no order of the axes of %v", o.Perm, s)
		}
		seen[a] = true
		d[i] = s.Dim(a)
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: graph.Of(d...)}}, nil
}

// View exchanges the strides.
func (o transpose) View(_ graph.Type, at graph.Layout) (graph.Layout, bool) {
	y := graph.Layout{Offset: at.Offset}
	for i := range o.Perm.Rank() {
		y.Strides[i] = at.Strides[o.Perm.Dim(i)]
	}
	return y, true
}

func (o transpose) inverse() graph.Shape {
	p := make([]int, o.Perm.Rank())
	for i := range p {
		p[o.Perm.Dim(i)] = i
	}
	return graph.Of(p...)
}

// Simplify joins transpositions of transpositions.
func (o transpose) Simplify(n *graph.Node) *graph.Node {
	inner, ok := n.In()[0].Op().(transpose)
	if !ok {
		return nil
	}
	p := make([]int, o.Perm.Rank())
	for i := range p {
		p[i] = inner.Perm.Dim(o.Perm.Dim(i))
	}
	return permute(n.In()[0].In()[0], graph.Of(p...))
}

func (o transpose) VJP(_, dy *graph.Node) []*graph.Node {
	return []*graph.Node{permute(dy, o.inverse())}
}

// SumOver transposes the sum.
func (o transpose) SumOver(n *graph.Node, _, sum func(x *graph.Node) *graph.Node) *graph.Node {
	return permute(sum(n.In()[0]), o.Perm)
}

func (o transpose) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	p := []int{0}
	for _, a := range o.Perm.Dims() {
		p = append(p, a+1)
	}
	return []*graph.Node{permute(in[0], graph.Of(p...))}
}

func transposeInfo() Info {
	info := Info{Name: "Transpose", Order: 2, Bad: []Bad{
		{"no axis 2 in [2 3]", func(g *graph.Graph) { Transpose(g.Input("x", graph.Float32, 2, 3), 0, 2) }},
		{"want an order of 2 axes, not of 1", func(g *graph.Graph) { Transpose(g.Input("x", graph.Float32, 2, 3), 1) }},
		{"[1 1] is no order of the axes", func(g *graph.Graph) { Transpose(g.Input("x", graph.Float32, 2, 3), 1, 1) }},
		{"no axis -3 in [2 3]", func(g *graph.Graph) { SwapAxes(g.Input("x", graph.Float32, 2, 3), 0, -3) }},
		{"no axis 5 in [2 3]", func(g *graph.Graph) { MoveAxis(g.Input("x", graph.Float32, 2, 3), 5, 0) }},
	}}
	info.Cases = unaryCases(func(x *graph.Node) *graph.Node { return Transpose(x) }, Real)
	for _, p := range [][]int{{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {-1, 0, 1}} {
		info.Cases = append(info.Cases, Case{fmt.Sprint("[2 3 4]", p), []Operand{{Shape: graph.Of(2, 3, 4), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{Square(Transpose(in[0], p...))}
		}})
	}
	for _, s := range [][]int{{2, 3}, {3, 1, 2}, {2, 0, 3}, {2, 1, 3, 2}} {
		info.Cases = append(info.Cases, Case{fmt.Sprint(s, " moved"), []Operand{{Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{Square(MoveAxis(in[0], 0, -1)), MoveAxis(in[0], -1, 0), SwapAxes(in[0], 0, -1)}
		}})
	}
	return info
}
