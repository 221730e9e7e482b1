package ops

import "github.com/kedja-ml/kedja/graph"

// VJP solves the form for each operand.
func (o convolution) VJP(n, d *graph.Node) []*graph.Node {
	var t [3]*graph.Node
	t[o.Out] = d
	for i, r := range o.Out.others() {
		t[r] = n.In()[i]
	}
	grads := make([]*graph.Node, 2)
	for i, r := range o.Out.others() {
		grads[i] = o.solve(r, t[r].Shape(), t)
	}
	return grads
}

// solve applies the op that produces the tensor r, of the given shape, from the other two of t.
func (o convolution) solve(r role, to graph.Shape, t [3]*graph.Node) *graph.Node {
	o.Out, o.To = r, to
	from := r.others()
	return graph.Apply(o, t[from[0]], t[from[1]])
}

// Flops counts a multiplication and an addition for each position, filter and tap, those on padding too.
func (o convolution) Flops(in, _ []graph.Type) int64 {
	s := o.form(o.shapes(in))
	n := 2 * int64(s.N) * int64(s.K) * int64(s.C/s.Groups)
	for d := range 3 {
		n *= int64(s.Filter[d]) * int64(s.Out[d])
	}
	return n
}

// Batch makes rows more images where they share the filter, more channels where they share the images, and more groups of channels
// where they share nothing.
func (o convolution) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	b, rows := 0, [3]bool{}
	var t [3]*graph.Node
	for i, r := range o.Out.others() {
		if t[r], rows[r] = in[i], mapped[i]; mapped[i] {
			b = in[i].Shape().Dim(0)
		}
	}
	rows[o.Out] = true
	if !rows[roleW] {
		for _, r := range []role{roleX, roleY} {
			if t[r] != nil {
				t[r] = fold(t[r])
			}
		}
		y := o.solve(o.Out, o.To.WithDim(0, b*o.To.Dim(0)), t)
		return []*graph.Node{ReshapeTo(y, o.To.Lead(b))}
	}
	if o.Groups > 1 || rows[roleX] && rows[roleY] { // nothing is shared
		for i, x := range Align(in, mapped) {
			t[o.Out.others()[i]] = x
		}
		rows = [3]bool{true, true, true}
		o.Groups *= b
	}
	// A filter of rows has them among the channels of y, or, if y is shared, among those of x.
	filters := 0
	if !rows[roleY] {
		filters = 1
	}
	to := o.To.WithDim(1, b*o.To.Dim(1))
	if o.Out == roleW {
		to = o.To.WithDim(filters, b*o.To.Dim(filters))
	}
	for r, x := range t {
		switch {
		case x == nil || !rows[r]:
		case role(r) == roleW:
			t[r] = among(x, filters)
		default:
			t[r] = among(x, 1)
		}
	}
	y := o.solve(o.Out, to, t)
	if o.Out == roleW {
		return []*graph.Node{apart(y, filters, b)}
	}
	return []*graph.Node{apart(y, 1, b)}
}

// among moves the leading axis of x to the given axis of what is left, and joins the two.
func among(x *graph.Node, axis int) *graph.Node {
	s := x.Shape()
	n := s.Cut(1, s.Rank())
	return ReshapeTo(MoveAxis(x, 0, axis), n.WithDim(axis, s.Dim(0)*n.Dim(axis)))
}

// apart is the inverse of among, for b rows.
func apart(x *graph.Node, axis, b int) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	return MoveAxis(ReshapeTo(x, s.Cut(0, axis).Append(graph.Of(b, s.Dim(axis)/max(1, b))).Append(s.Cut(axis+1, s.Rank()))), axis, 0)
}
