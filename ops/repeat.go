package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Repeat writes each element along an axis n times, one after the other, as NumPy's repeat does: y[i·n + j] = x[i]. x may be of any dtype;
// the derivative is the sum over the copies.
func Repeat(x *graph.Node, axis, n int) *graph.Node {
	if !x.Valid() {
		return x
	}
	at, err := x.Shape().Axis(axis)
	if err == nil && n < 0 {
		err = fmt.Errorf("want a number of copies that is not negative, not %d", n)
	}
	if err != nil {
		return x.Graph().Failf("repeat: %s %v: %w", x.Called(), x.Shape(), err)
	}
	s := x.Shape()
	before, after := s.Cut(0, at).Size(), s.Cut(at+1, s.Rank()).Size() // as three axes, so that any rank has room for a fourth
	y := Expand(Reshape(x, before, s.Dim(at), 1, after), before, s.Dim(at), n, after)
	return ReshapeTo(y, s.WithDim(at, s.Dim(at)*n))
}

func repeatInfo() Info {
	f := func(x *graph.Node, axis int) []*graph.Node { return []*graph.Node{Square(Repeat(x, axis, 3))} }
	return Info{Name: "Repeat", Order: 4, Cases: axisCases(f, Real, true), Bad: append(axisBad(f, graph.Bool, "not bool"), Bad{
		"want a number of copies that is not negative, not -1", func(g *graph.Graph) { Repeat(g.Input("x", graph.Float32, 2), 0, -1) },
	})}
}
