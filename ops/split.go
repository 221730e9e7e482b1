package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Split cuts an axis into parts of the given sizes, which must add up to its own. The parts are views; the derivative joins their
// cotangents.
func Split(x *graph.Node, axis int, sizes ...int) []*graph.Node {
	sum := 0
	for _, n := range sizes {
		sum += n
	}
	if x.Valid() {
		at, err := x.Shape().Axis(axis)
		if err == nil && sum != x.Shape().Dim(at) {
			err = fmt.Errorf("sizes %v add up to %d, not to the %d of axis %d", sizes, sum, x.Shape().Dim(at), axis)
		}
		if err != nil {
			return x.Graph().Fail(len(sizes), fmt.Errorf("split: %s %v: %w", x.Called(), x.Shape(), err))
		}
	}
	if list := graph.Of(sizes...); len(sizes) < 2 || list.Err() != nil { // too many for a list, or refused by a slice
		return split{Axis: axis}.views(x, sizes)
	}
	at, _ := x.Shape().Axis(axis)
	return append([]*graph.Node(nil), graph.ApplyN(split{at, graph.Of(sizes...)}, len(sizes), x)...) // the caller may write to it
}

// split has no kernel: its parts are slices. It is an op so that its derivative is one concatenation, not a sum of parts each padded to
// the whole. Sizes are listed as those of a shape: a comparable list.
type split struct {
	Axis  int
	Sizes graph.Shape
}

func (split) Name() string { return "split" }

func (o split) Infer(in []graph.Type) (out []graph.Type, err error) {
	if err := onAxis(in[0].Shape, o.Axis); err != nil {
		return nil, err
	}
	whole := 0
	for _, n := range o.Sizes.Dims() {
		whole += n
		out = append(out, graph.Type{Dtype: in[0].Dtype, Shape: in[0].Shape.WithDim(o.Axis, n)})
	}
	if whole != in[0].Shape.Dim(o.Axis) {
		return nil, fmt.Errorf("pieces of %v do not make up axis %d of %v", o.Sizes, o.Axis, in[0].Shape)
	}
	return out, o.Sizes.Err()
}

func (o split) Define(in []*graph.Node) []*graph.Node { return o.views(in[0], o.Sizes.Dims()) }

func (o split) views(x *graph.Node, sizes []int) []*graph.Node {
	out, at := make([]*graph.Node, len(sizes)), 0
	for i, n := range sizes {
		out[i] = Slice(x, o.Axis, at, n)
		at += n
	}
	return out
}

func (o split) VJPs(ys, dys []*graph.Node) []*graph.Node {
	parts := make([]*graph.Node, len(ys))
	for i, d := range dys {
		if parts[i] = d; d == nil {
			parts[i] = Like(0, ys[i])
		}
	}
	return []*graph.Node{Concat(o.Axis, parts...)}
}

func (o split) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return graph.ApplyN(split{o.Axis + 1, o.Sizes}, o.Sizes.Rank(), in[0])
}
