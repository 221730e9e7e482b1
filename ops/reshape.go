package ops

import (
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// Reshape keeps the elements and their row-major order. One of dims may be −1: it is what the others leave.
// It is a view, and its derivative is the reshape back.
func Reshape(x *graph.Node, dims ...int) *graph.Node {
	d := append([]int(nil), dims...)
	free, rest := -1, 1
	for i, n := range d {
		if n != -1 {
			rest *= n
		} else if free < 0 {
			free = i
		}
	}
	if free >= 0 {
		if !x.Valid() {
			return x
		}
		if rest < 1 || x.Shape().Size()%rest != 0 || slices.Contains(d[free+1:], -1) {
			return x.Graph().Failf("reshape: %s %v: no size in place of −1 makes %v of %d elements", x.Called(), x.Shape(), dims, x.Shape().Size())
		}
		d[free] = x.Shape().Size() / rest
	}
	return ReshapeTo(x, graph.Of(d...))
}

// ReshapeTo is Reshape to a shape.
func ReshapeTo(x *graph.Node, to graph.Shape) *graph.Node {
	if !x.Valid() || x.Shape() == to {
		return x
	}
	return graph.Apply(reshape{to}, x)
}

type reshape struct{ To graph.Shape }

func (reshape) Name() string { return "reshape" }

func (o reshape) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := o.To.Err(); err != nil {
		return nil, err
	}
	if o.To.Size() != in[0].Shape.Size() {
		return nil, fmt.Errorf("%d elements do not fill %v", in[0].Shape.Size(), o.To)
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: o.To}}, nil
}

// View splits and joins axes where the strides allow: each run of axes that is joined must be evenly spaced.
func (o reshape) View(x graph.Type, at graph.Layout) (graph.Layout, bool) {
	s, y := x.Shape, graph.Layout{Offset: at.Offset}
	if s.Size() == 0 {
		return y, true
	}
	i, j := s.Rank()-1, o.To.Rank()-1
	for i >= 0 || j >= 0 {
		if i >= 0 && s.Dim(i) == 1 {
			i--
			continue
		}
		if j >= 0 && o.To.Dim(j) == 1 {
			j--
			continue
		}
		// A group of axes of x holds as many elements as a group of axes of y; both end here.
		stride, n, m := at.Strides[i], s.Dim(i), o.To.Dim(j)
		y.Strides[j] = stride
		for n != m {
			if n < m {
				if i--; s.Dim(i) != 1 && at.Strides[i] != stride*n {
					return y, false
				}
				n *= s.Dim(i)
			} else {
				j--
				y.Strides[j] = stride * m
				m *= o.To.Dim(j)
			}
		}
		i, j = i-1, j-1
	}
	return y, true
}

// Simplify joins reshapes of reshapes, and drops one that changes nothing.
func (o reshape) Simplify(n *graph.Node) *graph.Node {
	x := n.In()[0]
	if inner, ok := x.Op().(reshape); ok && inner != o {
		return ReshapeTo(x.In()[0], o.To)
	}
	return nil
}

func (o reshape) VJP(y, dy *graph.Node) []*graph.Node {
	return []*graph.Node{ReshapeTo(dy, y.In()[0].Shape())}
}

// SumOver reshapes the sum.
func (o reshape) SumOver(n *graph.Node, _, sum func(x *graph.Node) *graph.Node) *graph.Node {
	return ReshapeTo(sum(n.In()[0]), o.To)
}

func (o reshape) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{ReshapeTo(in[0], o.To.Lead(in[0].Shape().Dim(0)))}
}
