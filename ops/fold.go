package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Fold adds up columns of windows where they were taken from, in zeros of the given sizes: it is the transpose of Unfold, which is its
// derivative. Windows that overlap add up.
//
//	u […, c·Π windows, Π positions]    y […, c, sizes…]
func Fold(u *graph.Node, how Sliding, sizes ...int) *graph.Node {
	if !u.Valid() {
		return u
	}
	s, k := u.Shape(), len(how.Window)
	lists, err := how.places(graph.Of(append([]int{1}, sizes...)...))
	window, columns := 1, 1
	for _, l := range lists {
		window, columns = window*l.window, columns*l.positions
	}
	switch {
	case err != nil:
	case len(sizes) != k:
		err = fmt.Errorf("want %d sizes, not %v", k, sizes)
	case s.Rank() < 2 || s.Dim(-1) != columns || s.Dim(-2)%window != 0:
		err = fmt.Errorf("want [..., channels of %d, %d] for the sizes %v", window, columns, sizes)
	}
	if err != nil {
		return u.Graph().Failf("fold: %s %v: %w", u.Called(), s, err)
	}
	lead := s.Cut(0, s.Rank()-1).WithDim(-1, s.Dim(-2)/window)
	from, perm := []int{lead.Size()}, []int{0}
	for _, l := range lists {
		from = append(from, l.window)
	}
	for i, l := range lists {
		from, perm = append(from, l.positions), append(perm, 1+i, 1+k+i)
	}
	y := Transpose(Reshape(u, from...), perm...) // [lead, w₁, p₁, w₂, p₂, …]
	for i, l := range lists {
		n := sizes[i] + 2*l.pad
		rows := MoveAxis(MoveAxis(y, 2+i, 0), 2+i, 0) // [w, p, …]
		y = MoveAxis(ScatterAdd(rows, l.node(u.Graph()), n), 0, 1+i)
		y = Slice(y, 1+i, l.pad, sizes[i])
	}
	return ReshapeTo(y, lead.Append(graph.Of(sizes...)))
}

func foldInfo() Info {
	how := Sliding{Window: []int{2, 2}}
	info := Info{Name: "Fold", Order: 4, Bad: []Bad{
		{"want [..., channels of 4, 4] for the sizes [3 3]", func(g *graph.Graph) { Fold(g.Input("u", graph.Float32, 4, 3), how, 3, 3) }},
		{"want [..., channels of 4, 4] for the sizes [3 3]", func(g *graph.Graph) { Fold(g.Input("u", graph.Float32, 6, 4), how, 3, 3) }},
		{"no window of 2", func(g *graph.Graph) { Fold(g.Input("u", graph.Float32, 4, 1), how, 1, 3) }},
		{"want a window of 1 to 3 axes", func(g *graph.Graph) { Fold(g.Input("u", graph.Float32, 4, 1), how, 3) }},
		{"not bool", func(g *graph.Graph) { Fold(g.Input("u", graph.Bool, 4, 4), how, 3, 3) }},
	}}
	for _, w := range slidings {
		for _, lead := range [][]int{{}, {2}, {2, 3}, {0}} {
			lists, _ := w.how.places(graph.Of(append([]int{1}, w.sizes...)...))
			c, p := 2, 1
			for _, l := range lists {
				c, p = c*l.window, p*l.positions
			}
			s := append(append([]int(nil), lead...), c, p)
			info.Cases = append(info.Cases, Case{fmt.Sprint(s, " ", w.how), []Operand{{Shape: graph.Of(s...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{Square(Fold(in[0], w.how, w.sizes...))}
			}})
		}
	}
	return info
}
