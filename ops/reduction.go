package ops

import "github.com/kedja-ml/kedja/graph"

// keep reduces x by f to the shape where axes have size 1.
func keep(x *graph.Node, axes []int, f func(*graph.Node, graph.Shape) *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	to, err := without(x.Shape(), axes)
	if err != nil {
		return x.Graph().Failf("reduce %s %v: %w", x.Called(), x.Shape(), err)
	}
	return f(x, to)
}

// reduced is keep with the axes removed.
func reduced(x *graph.Node, axes []int, f func(*graph.Node, graph.Shape) *graph.Node) *graph.Node {
	y := keep(x, axes, f)
	if !y.Valid() {
		return y
	}
	return ReshapeTo(y, dropped(x.Shape(), axes))
}

// without returns s with the axes, or all if there are none, at size 1.
func without(s graph.Shape, axes []int) (graph.Shape, error) {
	d := s.Dims()
	for i := range d {
		if len(axes) == 0 {
			d[i] = 1
		}
	}
	for _, a := range axes {
		i, err := s.Axis(a)
		if err != nil {
			return s, err
		}
		d[i] = 1
	}
	return graph.Of(d...), nil
}

// dropped returns s without axes that exist, or the scalar shape if there are none.
func dropped(s graph.Shape, axes []int) graph.Shape {
	var d []int
	drop := chosen(s, axes)
	for i, n := range s.Dims() {
		if !drop[i] {
			d = append(d, n)
		}
	}
	return graph.Of(d...)
}

// chosen marks axes that exist, or all if there are none.
func chosen(s graph.Shape, axes []int) (c [graph.MaxRank]bool) {
	for i := range c {
		c[i] = len(axes) == 0
	}
	for _, a := range axes {
		i, _ := s.Axis(a)
		c[i] = true
	}
	return c
}

// joined returns x with axes that exist moved to the end and joined to one; all of them if there are none.
func joined(x *graph.Node, axes []int) *graph.Node {
	s, goes := x.Shape(), chosen(x.Shape(), axes)
	var order, last []int
	n := 1
	for i, d := range s.Dims() {
		if goes[i] {
			last = append(last, i)
			n *= d
		} else {
			order = append(order, i)
		}
	}
	return ReshapeTo(permute(x, graph.Of(append(order, last...)...)), dropped(s, axes).Append(graph.Of(n)))
}
