package nn

import (
	"errors"
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// AdaptiveAvgPool cuts each spatial dimension into as many bins as size says, and takes their means. Of n elements, bin i of k are
// those from ⌊i·n/k⌋ to ⌈(i+1)·n/k⌉ − 1, as in PyTorch: bins overlap where k does not divide n. It is linear: where k divides n it is
// AvgPool, otherwise a product with a small matrix along each dimension, in which a NaN or an infinity spoils its whole line.
//
//	x [N, C, spatial…], one to three spatial dimensions    size: one number, or one for each    y [N, C, size…]
func AdaptiveAvgPool(x *graph.Node, size ...int) *graph.Node {
	return adaptive("adaptiveavgpool", x, size, ops.AvgPool, func(x *graph.Node, axis, k int) *graph.Node {
		n := x.Shape().Dim(axis)
		m := make([]float64, k*n)
		for i := range k {
			lo, hi := bin(i, n, k)
			for j := lo; j < hi; j++ {
				m[i*n+j] = 1 / float64(hi-lo)
			}
		}
		return along(x, axis, m, k)
	})
}

// AdaptiveMaxPool is AdaptiveAvgPool with the largest element of each bin, and nothing is spoilt outside a bin. NaN is larger than any
// number, and of equal elements the first in row-major order gets the cotangent.
func AdaptiveMaxPool(x *graph.Node, size ...int) *graph.Node {
	return adaptive("adaptivemaxpool", x, size, ops.MaxPool, func(x *graph.Node, axis, k int) *graph.Node {
		n, widest := x.Shape().Dim(axis), 0
		for i := range k {
			lo, hi := bin(i, n, k)
			widest = max(widest, hi-lo)
		}
		index := make([]int32, k*widest) // bins as rows; the last element of a shorter one is repeated
		for i := range k {
			lo, hi := bin(i, n, k)
			for j := range widest {
				index[i*widest+j] = int32(min(lo+j, hi-1))
			}
		}
		return ops.Max(ops.GatherAxis(x, x.Graph().Constant(graph.BufferOf(index, k, widest)), axis), axis+1)
	})
}

// bin is the part of n elements that bin i of k covers.
func bin(i, n, k int) (lo, hi int) { return i * n / k, ((i+1)*n + k - 1) / k }

// adaptive pools by even windows where it can, otherwise by f along one axis after the other, the last first.
func adaptive(
	name string, x *graph.Node, size []int, even func(*graph.Node, ops.Pooling) *graph.Node, f func(x *graph.Node, axis, k int) *graph.Node,
) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	k, err := sizes(s, size)
	if err == nil && s.Cut(2, s.Rank()).Size() == 0 {
		err = errors.New("want spatial dimensions that are not empty")
	}
	if err == nil && !x.Dtype().Float() {
		err = fmt.Errorf("want float32 or float64, not %v", x.Dtype())
	}
	if err != nil {
		return x.Graph().Failf("%s: %s %v: %w", name, x.Called(), s, err)
	}
	window, divides := make([]int, len(k)), true
	for i := range k {
		window[i] = s.Dim(2+i) / k[i]
		divides = divides && window[i]*k[i] == s.Dim(2+i)
	}
	if divides {
		return even(x, ops.Pooling{Window: window})
	}
	for i := len(k) - 1; i >= 0; i-- {
		if k[i] != s.Dim(2+i) {
			x = f(x, 2+i, k[i])
		}
	}
	return x
}

// sizes spreads a list over the spatial dimensions of s: one number for all, or one for each, all positive.
func sizes(s graph.Shape, list []int) ([]int, error) {
	d := s.Rank() - 2
	if d < 1 || d > 3 {
		return nil, errors.New("want [N, C, …] with one to three spatial dimensions")
	}
	if len(list) != 1 && len(list) != d {
		return nil, fmt.Errorf("want one size, or %d, not %v", d, list)
	}
	k := make([]int, d)
	for i := range k {
		if k[i] = list[min(i, len(list)-1)]; k[i] < 1 {
			return nil, fmt.Errorf("want sizes of at least 1, not %v", list)
		}
	}
	return k, nil
}

// along multiplies each line of x along an axis by the matrix m of k rows: the size of the axis becomes k.
func along(x *graph.Node, axis int, m []float64, k int) *graph.Node {
	rank, n := x.Shape().Rank(), x.Shape().Dim(axis)
	w := x.Graph().Constant(values(x.Dtype(), m, k, n))
	if axis == rank-2 {
		return ops.MatMul(w, x)
	}
	return ops.MoveAxis(ops.MatMulT(ops.MoveAxis(x, axis, rank-1), w, false, true), rank-1, axis)
}
