package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Slice returns n elements along an axis, from number at on: y[i] = x[at + i]. It is a view; its derivative pads with zeros.
// Numbers out of range are an error.
func Slice(x *graph.Node, axis, at, n int) *graph.Node { return SliceStep(x, axis, at, n, 1) }

// SliceStep returns n elements along an axis, step apart: y[i] = x[at + i·step]. A negative step goes backwards.
func SliceStep(x *graph.Node, axis, at, n, step int) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	a, err := s.Axis(axis)
	if err != nil {
		return x.Graph().Failf("slice: %s %v: %w", x.Called(), s, err)
	}
	if at == 0 && step == 1 && n == s.Dim(a) {
		return x
	}
	return graph.Apply(slice{a, at, n, step}, x)
}

// Flip reverses an axis.
func Flip(x *graph.Node, axis int) *graph.Node {
	n := x.Shape().Dim(axis)
	return SliceStep(x, axis, max(0, n-1), n, -1)
}

type slice struct{ Axis, At, N, Step int }

func (slice) Name() string { return "slice" }

func (o slice) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := onAxis(in[0].Shape, o.Axis); err != nil {
		return nil, err
	}
	if !o.inside(in[0].Shape.Dim(o.Axis)) {
		return nil, fmt.Errorf("no %d elements from %d by steps of %d on axis %d of %v", o.N, o.At, o.Step, o.Axis, in[0].Shape)
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: in[0].Shape.WithDim(o.Axis, o.N)}}, nil
}

// inside reports whether all elements lie in [0, size); it cannot overflow.
func (o slice) inside(size int) bool {
	switch {
	case o.Step == 0 || o.N < 0 || o.N > size || o.N > 0 && (o.At < 0 || o.At >= size):
		return false
	case o.N <= 1:
		return true
	case o.Step > 0:
		return o.Step <= (size-1-o.At)/(o.N-1)
	default:
		return -o.Step > 0 && -o.Step <= o.At/(o.N-1)
	}
}

// View moves the offset and stretches the stride; where there are no elements, the offset might lead out of the memory.
func (o slice) View(x graph.Type, at graph.Layout) (graph.Layout, bool) {
	if o.N > 0 && x.Shape.Size() > 0 {
		at.Offset += o.At * at.Strides[o.Axis]
	}
	at.Strides[o.Axis] *= o.Step
	return at, true
}

func (o slice) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{graph.Apply(pad{Axis: o.Axis, At: o.At, Step: o.Step, N: y.In()[0].Shape().Dim(o.Axis)}, dy)}
}

func (o slice) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{SliceStep(in[0], o.Axis+1, o.At, o.N, o.Step)}
}
