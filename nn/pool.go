package nn

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// MaxPool takes the largest element of windows of size n in each spatial dimension, side by side; ops.MaxPool has more attributes.
//
//	x [N, C, spatial…], one to three spatial dimensions    y [N, C, ⌊spatial/n⌋…]
func MaxPool(x *graph.Node, n int) *graph.Node { return ops.MaxPool(x, ops.Pooling{Window: []int{n}}) }

// AvgPool takes the mean of windows of size n in each spatial dimension, side by side; ops.AvgPool has more attributes.
func AvgPool(x *graph.Node, n int) *graph.Node { return ops.AvgPool(x, ops.Pooling{Window: []int{n}}) }

// GlobalAvgPool takes the mean of each channel over all its spatial dimensions (Lin et al., 2014, section 3.2). Of nothing it is NaN.
//
//	x [N, C, spatial…]    y [N, C]
func GlobalAvgPool(x *graph.Node) *graph.Node { return global("globalavgpool", x, ops.Mean) }

// GlobalMaxPool takes the largest element of each channel; the first of equal ones gets the cotangent.
//
//	x [N, C, spatial…]    y [N, C]
func GlobalMaxPool(x *graph.Node) *graph.Node { return global("globalmaxpool", x, ops.Max) }

func global(name string, x *graph.Node, f func(x *graph.Node, axes ...int) *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	if s.Rank() < 3 {
		return x.Graph().Failf("%s: %s %v: want [N, C, …] with spatial dimensions", name, x.Called(), s)
	}
	return f(ops.ReshapeTo(x, graph.Of(s.Dim(0), s.Dim(1), s.Cut(2, s.Rank()).Size())), -1)
}
