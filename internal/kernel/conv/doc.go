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
// All roles are matrix products on tiles of registers whose operands are never written out as matrices. Y and X copy
// panels from the image as the product needs them ("implicit im2col", Chetlur et al., "cuDNN: Efficient Primitives for
// Deep Learning", 2014), or, where the result has few channels, add up what each tap makes of the source. X with stride s
// falls into s classes a dimension, by the remainder of the position; in each class the taps that hit form a convolution
// of stride 1, so nothing is multiplied by zero, and the classes of a row are woven into it last. W reads the image where it lies.
//
// An element of Y or X is a sum in an order that depends on the image's and the filter's shape only, so an image's bits
// do not depend on the batch it came in. W is summed over bands of positions in a number of chunks that depends on shapes
// only, and the chunks are added in order. So the bits are the same for any number of workers.
package conv
