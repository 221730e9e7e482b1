// Package conv computes convolutions over slices, for float32 and float64: batch, channels and up to three spatial
// dimensions, row-major, with groups, stride, dilation and padding.
//
// A convolution is one trilinear form Σ x·w·y,
//
//	Σ over n, k, o, c, r of  x[n, g·C/G + c, o·stride + r·dilation − pad] · w[k, c, r] · y[n, k, o],
//
// where k is an output channel of group g, c an input channel within the group, r a tap of the filter and o an output
// position; x is zero outside its bounds. Fixing two of the tensors and solving for the third gives the three roles:
// [Y] is the forward pass (cross-correlation, as in all deep-learning libraries), [X] the gradient to the data, which
// run forward is the transposed convolution, and [W] the gradient to the filter. Zeros outside bounds may take part in
// products, so an infinity that meets them may give NaN.
//
// All roles are matrix products on tiles of registers whose larger operand is never written out as a matrix: a tile reads
// elements of the image where they lie, or in a copy with its padding, and multiplies each by vectors of a packed panel.
// Columns of a panel are channels of the result (Georganas et al., "Anatomy of High-Performance Deep Learning Convolutions on
// SIMD Architectures", 2018, have the same tile, for images stored by blocks of channels), so that rows of the result are
// turned where they are stored. X with stride s falls into s classes a dimension, by the remainder of the position; in each class the taps
// that hit form a convolution of stride 1, so nothing is multiplied by zero, and the classes of a row are woven into it last.
//
// Filters of one tap on large images are products as they are, by package gemm.
//
// Groups of few channels, depthwise ones above all, would leave most columns empty. There lanes of a vector are neighbours in a row of outputs,
// and filters are broadcast.
//
// An element of Y or X is a sum in an order that depends on the image's and the filter's shape only, so an image's bits
// do not depend on the batch it came in. W is summed over bands of positions in a number of chunks that depends on shapes
// only, and the chunks are added in order. So the bits are the same for any number of workers.
package conv
