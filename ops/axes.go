package ops

import "github.com/kedja-ml/kedja/graph"

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
