package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// TensorDot adds up products over n axes: the last n of a and the first n of b, whose sizes must be equal, as NumPy's tensordot does.
//
//	a [i…, k…]    b [k…, j…]    y [i…, j…] = Σₖ a[i…, k…]·b[k…, j…]
func TensorDot(a, b *graph.Node, n int) *graph.Node {
	if !a.Valid() || !b.Valid() {
		return MatMul(a, b)
	}
	s, t := a.Shape(), b.Shape()
	if n < 0 || n > s.Rank() || n > t.Rank() || s.Cut(s.Rank()-n, s.Rank()) != t.Cut(0, n) {
		return a.Graph().Failf("tensordot: %s %v, %s %v: want the last %d sizes of one to be the first of the other", a.Called(), s, b.Called(), t, n)
	}
	rows, columns := s.Cut(0, s.Rank()-n), t.Cut(n, t.Rank())
	k := t.Cut(0, n).Size()
	y := MatMul(Reshape(a, rows.Size(), k), Reshape(b, k, columns.Size()))
	return ReshapeTo(y, rows.Append(columns))
}

func tensorDotInfo() Info {
	info := Info{Name: "TensorDot", Order: 4, Bad: []Bad{
		{"want the last 1 sizes of one to be the first of the other", func(g *graph.Graph) {
			TensorDot(g.Input("x", graph.Float32, 2, 3), g.Input("y", graph.Float32, 2, 3), 1)
		}},
		{"want the last 3 sizes", func(g *graph.Graph) {
			TensorDot(g.Input("x", graph.Float32, 2, 3), g.Input("y", graph.Float32, 2, 3), 3)
		}},
		{"want the last -1 sizes", func(g *graph.Graph) { TensorDot(g.Input("x", graph.Float32, 2), g.Input("y", graph.Float32, 2), -1) }},
	}}
	for _, rows := range [][]int{{}, {2}, {2, 1}, {0}} {
		for _, sum := range [][]int{{}, {3}, {2, 2}} {
			for _, columns := range [][]int{{}, {2}, {1, 3}} {
				s, t := append(append([]int(nil), rows...), sum...), append(append([]int(nil), sum...), columns...)
				info.Cases = append(info.Cases, Case{fmt.Sprint(s, " by ", t, " over ", len(sum)), []Operand{{Shape: graph.Of(s...), Draw: Real}, {Shape: graph.Of(t...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
					return []*graph.Node{TensorDot(in[0], in[1], len(sum))}
				}})
			}
		}
	}
	return info
}
