package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// A finisher is a product that can add a bias along one axis of its result and apply ReLU before it writes it. Executors make finished ones
// by Fuse, when gradients are nodes already; so they need no derivative but that of their definition.
type finisher interface {
	graph.Op
	// finished is the op that does so, nil if there is none, and the axis of the bias: a channel axis, or −1.
	finished(relu bool) (op graph.Op, axis int)
}

// bare returns a product and its parts, or what it was finished with so far: n may be a reshape of it that nothing else needs.
func bare(n *graph.Node, sole func(x *graph.Node) bool) (product *graph.Node, f finisher, bias *graph.Node, ok bool) {
	if _, view := n.Op().(reshape); view && sole(n) {
		n = n.In()[0]
	}
	if !sole(n) {
		return nil, nil, nil, false
	}
	switch op := n.Op().(type) {
	case finisher:
		can, _ := op.finished(false)
		return n, op, nil, can != nil
	case finishedProduct:
		if in := n.In(); len(in) > 2 {
			bias = in[2]
		}
		f, ok = op.product().(finisher)
		return n, f, bias, ok && !op.hasReLU()
	}
	return nil, nil, nil, false
}

// A finishedProduct is what finished returns.
type finishedProduct interface {
	product() graph.Op
	hasReLU() bool
}

// finish builds the finished product, in the shape of n.
func finish(n, product *graph.Node, f finisher, bias *graph.Node, relu bool) *graph.Node {
	op, _ := f.finished(relu)
	in := product.In()[:2:2]
	if bias != nil {
		in = append(in, bias)
	}
	return ReshapeTo(graph.Apply(op, in...), n.Shape())
}

// Fuse adds a bias within a product.
func (add) Fuse(n *graph.Node, sole func(x *graph.Node) bool) *graph.Node {
	for i, x := range n.In() {
		product, f, bias, ok := bare(x, sole)
		if !ok || bias != nil {
			continue
		}
		_, axis := f.finished(false)
		if v := along(n.In()[1-i], product.Shape(), x.Shape(), axis); v != nil {
			return finish(n, product, f, v, false)
		}
	}
	return nil
}

// Fuse applies ReLU within a product.
func (relu) Fuse(n *graph.Node, sole func(x *graph.Node) bool) *graph.Node {
	if product, f, bias, ok := bare(n.In()[0], sole); ok {
		return finish(n, product, f, bias, true)
	}
	return nil
}

// along returns the vector of which b is the repetition along an axis of a product, nil if it is none. s is the shape that the product is
// seen in.
func along(b *graph.Node, product, s graph.Shape, axis int) *graph.Node {
	if _, ok := b.Op().(expand); !ok {
		return nil
	}
	if same := product.Dim(-1) == s.Dim(-1); axis >= 0 && product.Cut(0, axis+1) != s.Cut(0, axis+1) || axis < 0 && !same {
		return nil // the axis is not the same in both shapes
	}
	axis, _ = s.Axis(axis)
	v := b.In()[0]
	for i := range s.Rank() {
		if n := v.Shape().Dim(i); i != axis && n != 1 || i == axis && n != s.Dim(axis) {
			return nil
		}
	}
	return ReshapeTo(v, graph.Of(s.Dim(axis)))
}

// wantBias checks the operands of a finished product.
func wantBias(in []graph.Type, y graph.Type, axis int) error {
	if want := (graph.Type{Dtype: y.Dtype, Shape: graph.Of(y.Shape.Dim(axis))}); len(in) > 2 && in[2] != want {
		return fmt.Errorf("want a bias of %v, not %v", want, in[2])
	}
	return nil
}

// define is a product's finish in primitives.
func define(y *graph.Node, in []*graph.Node, axis int, relu bool) []*graph.Node {
	if len(in) > 2 {
		d := make([]int, y.Shape().Rank())
		for i := range d {
			d[i] = 1
		}
		d[axis] = y.Shape().Dim(axis)
		y = Add(y, Reshape(in[2], d...))
	}
	if relu {
		y = ReLU(y)
	}
	return []*graph.Node{y}
}
