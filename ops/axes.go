package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// SwapAxes exchanges two axes.
func SwapAxes(x *graph.Node, i, j int) *graph.Node {
	return exchange(x, i, j, func(p []int, i, j int) { p[i], p[j] = p[j], p[i] })
}

// MoveAxis makes axis from of x axis to of the result; the others keep their order.
func MoveAxis(x *graph.Node, from, to int) *graph.Node {
	return exchange(x, from, to, func(p []int, i, j int) {
		for ; i < j; i++ {
			p[i], p[i+1] = p[i+1], p[i]
		}
		for ; i > j; i-- {
			p[i], p[i-1] = p[i-1], p[i]
		}
	})
}

func exchange(x *graph.Node, i, j int, f func(p []int, i, j int)) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	a, err := s.Axis(i)
	b, err2 := s.Axis(j)
	if err == nil {
		err = err2
	}
	if err != nil {
		return x.Graph().Failf("transpose: %s %v: %w", x.Called(), s, err)
	}
	p := make([]int, s.Rank())
	for k := range p {
		p[k] = k
	}
	f(p, a, b)
	return permute(x, graph.Of(p...))
}

// onAxis says that an array of shape s has no axis a, counted from the front: for Infer, which is also asked of what a file holds.
func onAxis(s graph.Shape, a int) error {
	if a < 0 {
		return fmt.Errorf("no axis %d in %v", a, s)
	}
	_, err := s.Axis(a)
	return err
}

// wantTypes says which operand is not of the type it must have: for derivatives, whose operands are made by other ops.
func wantTypes(in []graph.Type, want ...graph.Type) error {
	for i, t := range want {
		if in[i] != t {
			return fmt.Errorf("want %v, not %v, beside the others", t, in[i])
		}
	}
	return nil
}
