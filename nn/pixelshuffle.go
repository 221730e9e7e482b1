package nn

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// PixelShuffle moves channels into space (Shi et al., 2016, eq. 4): each group of rᵈ channels becomes blocks of r elements along each of
// the d spatial dimensions.
//
//	x [N, C·rᵈ, spatial…], d of 1 to 3    y [N, C, spatial·r…]
//	y[n, c, o·r + i] = x[n, (c, i), o], i counted in row-major order; in two dimensions PyTorch's
//
// It is a permutation, and its derivative is PixelUnshuffle.
func PixelShuffle(x *graph.Node, r int) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	d, block, err := blocks(s, r)
	if err == nil && s.Dim(1)%block != 0 {
		err = fmt.Errorf("want channels that %d divides", block)
	}
	if err != nil {
		return x.Graph().Failf("pixelshuffle: %s %v: %w", x.Called(), s, err)
	}
	apart, order, joined := []int{s.Dim(0), s.Dim(1) / block}, []int{0, 1}, []int{s.Dim(0), s.Dim(1) / block}
	for i := range d {
		apart, order, joined = append(apart, r), append(order, 2+d+i, 2+i), append(joined, s.Dim(2+i)*r)
	}
	for i := range d {
		apart = append(apart, s.Dim(2+i))
	}
	return ops.Reshape(ops.Transpose(ops.Reshape(x, apart...), order...), joined...)
}

// PixelUnshuffle is the inverse of PixelShuffle: it moves blocks of r elements along each spatial dimension into channels.
//
//	x [N, C, spatial…], sizes that r divides    y [N, C·rᵈ, spatial/r…]
func PixelUnshuffle(x *graph.Node, r int) *graph.Node {
	if !x.Valid() {
		return x
	}
	s := x.Shape()
	d, block, err := blocks(s, r)
	for i := 0; err == nil && i < d; i++ {
		if s.Dim(2+i)%r != 0 {
			err = fmt.Errorf("want spatial sizes that %d divides", r)
		}
	}
	if err != nil {
		return x.Graph().Failf("pixelunshuffle: %s %v: %w", x.Called(), s, err)
	}
	apart, order, joined := s.Dims()[:2], []int{0, 1}, []int{s.Dim(0), s.Dim(1) * block}
	for i := range d {
		apart, order = append(apart, s.Dim(2+i)/r, r), append(order, 3+2*i)
		joined = append(joined, s.Dim(2+i)/r)
	}
	for i := range d {
		order = append(order, 2+2*i)
	}
	return ops.Reshape(ops.Transpose(ops.Reshape(x, apart...), order...), joined...)
}

// blocks is the number of spatial dimensions, and of elements in a block.
func blocks(s graph.Shape, r int) (d, block int, err error) {
	if d = s.Rank() - 2; d < 1 || d > 3 {
		return d, 0, fmt.Errorf("want [N, C, …] with one to three spatial dimensions")
	}
	if r < 1 || r > 1<<16 {
		return d, 0, fmt.Errorf("want a factor of at least 1 and at most 65536, not %d", r)
	}
	block = 1
	for range d {
		block *= r
	}
	return d, block, nil
}
