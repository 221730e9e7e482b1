package nn

import (
	"errors"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// UpsampleNearest repeats each element factor times along each spatial dimension.
//
//	x [N, C, spatial…], one to three spatial dimensions    factor: one number, or one for each    y [N, C, spatial·factor…]
//	y[…, o] = x[…, ⌊o/factor⌋]
func UpsampleNearest(x *graph.Node, factor ...int) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	k, err := sizes(s, factor)
	if err == nil && s.Rank()+len(k) > graph.MaxRank {
		err = errors.New("too many axes")
	}
	if err != nil {
		return x.Graph().Failf("upsamplenearest: %s %v: %w", x.Called(), s, err)
	}
	apart, repeated, joined := s.Dims()[:2], s.Dims()[:2], s.Dims()[:2]
	for i, f := range k {
		n := s.Dim(2 + i)
		apart, repeated, joined = append(apart, n, 1), append(repeated, n, f), append(joined, n*f)
	}
	return ops.Reshape(ops.Expand(ops.Reshape(x, apart...), repeated...), joined...)
}

// ResizeNearest brings the spatial dimensions to any size, larger or smaller, by taking elements.
//
//	x [N, C, spatial…]    size: one number, or one for each dimension    y [N, C, size…]
//	y[…, o] = x[…, ⌊o·spatial/size⌋], as PyTorch's mode "nearest" has it
func ResizeNearest(x *graph.Node, size ...int) *graph.Node {
	return resize("resizenearest", x, size, func(x *graph.Node, axis, k int) *graph.Node {
		n := x.Shape().Dim(axis)
		index := make([]int32, k)
		for o := range k {
			index[o] = int32(o * n / k)
		}
		return ops.GatherAxis(x, x.Graph().Constant(graph.BufferOf(index, k)), axis)
	})
}

// UpsampleLinear is ResizeLinear to factor times each size.
func UpsampleLinear(x *graph.Node, alignCorners bool, factor ...int) *graph.Node {
	if !x.Valid() {
		return x
	}
	k, err := sizes(x.Shape(), factor)
	if err != nil {
		return x.Graph().Failf("upsamplelinear: %s %v: %w", x.Called(), x.Shape(), err)
	}
	for i := range k {
		k[i] *= x.Shape().Dim(2 + i)
	}
	return ResizeLinear(x, alignCorners, k...)
}

// ResizeLinear brings the spatial dimensions to any size by linear interpolation along each of them: of two it is bilinear, of three
// trilinear. It does not smooth before it makes smaller.
//
//	x [N, C, spatial…], floats    size: one number, or one for each dimension    y [N, C, size…]
//	y[…, o] = (1 − λ)·x[…, ⌊s⌋] + λ·x[…, ⌊s⌋ + 1],    λ = s − ⌊s⌋
//	s = max(0, (o + ½)·spatial/size − ½)        or, if alignCorners, o·(spatial − 1)/(size − 1)
//
// Beyond the last element the last one counts. Elements are squares whose outer edges meet; with alignCorners they are points of
// which the first and last meet. Each dimension is a product with a matrix of two entries a row, so that derivatives of every order
// exist and cost the same; a NaN or an infinity spoils its whole line.
func ResizeLinear(x *graph.Node, alignCorners bool, size ...int) *graph.Node {
	if x.Valid() && !x.Dtype().Float() {
		return x.Graph().Failf("resizelinear: %s %v: want float32 or float64, not %v", x.Called(), x.Shape(), x.Dtype())
	}
	return resize("resizelinear", x, size, func(x *graph.Node, axis, k int) *graph.Node {
		n := x.Shape().Dim(axis)
		m := make([]float64, k*n)
		for o := range k {
			at := max(0, (float64(o)+0.5)*float64(n)/float64(k)-0.5)
			if alignCorners {
				at = float64(o) * float64(n-1) / float64(max(1, k-1))
			}
			lo := min(int(at), n-1)
			part := at - math.Floor(at)
			m[o*n+lo] += 1 - part
			m[o*n+min(lo+1, n-1)] += part
		}
		return along(x, axis, m, k)
	})
}

// resize applies f along each axis that changes.
func resize(name string, x *graph.Node, size []int, f func(x *graph.Node, axis, k int) *graph.Node) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	k, err := sizes(s, size)
	if err == nil && s.Cut(2, s.Rank()).Size() == 0 {
		err = errors.New("want spatial dimensions that are not empty")
	}
	if err != nil {
		return x.Graph().Failf("%s: %s %v: %w", name, x.Called(), s, err)
	}
	for i := range k {
		if k[i] != s.Dim(2+i) {
			x = f(x, 2+i, k[i])
		}
	}
	return x
}
