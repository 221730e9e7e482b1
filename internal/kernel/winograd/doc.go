// Package winograd computes 3×3 convolutions of stride 1, for float32, by Winograd's minimal filtering: forward, and the gradients to
// the data and to the filters. It takes the shapes and roles of package conv, as far as [Fits] says.
//
// A tile of m×m results takes (m+2)² multiplications for each pair of channels, not 9·m²: 2.25 times fewer for m = 2, 4 times for m = 4.
//
//	forward        y  = Aᵀ·[Σ over c of (G·w·Gᵀ) ⊙ (Bᵀ·x·B)]·A
//	to the data    the same with the filters turned by 180° and the channels swapped
//	to the filter  dw = Gᵀ·[Σ over tiles of (A·dy·Aᵀ) ⊙ (Bᵀ·x·B)]·G
//
// where x is a tile of (m+2)² points, m apart; the third is the transpose of the first, so it has the same matrices (Lavin & Gray, "Fast
// Algorithms for Convolutional Neural Networks", CVPR 2016; Winograd, "Arithmetic Complexity of Computations", 1980). Package toom has
// them as programs, of which both the assembly and the plain Go are made.
//
// # Error
//
// The result is not that of the definition bit for bit; it differs by rounding, more than the direct sum does for m = 4. With u = 2⁻²⁴,
// the hat for what is computed, and |·| element by element,
//
//	|ŷ − y| ≤ (n + 28)·u/(1 − (n + 28)·u) · |Aᵀ|·[Σ (|G|·|w|·|G|ᵀ) ⊙ (|Bᵀ|·|x|·|B|)]·|A|
//
// where n is the number of terms of the sum: channels, or tiles for the gradient to the filter, whose bound is the transpose of this. A
// term passes through n roundings of the sum and one of the product; through at most 4 in each of the two passes of each of its three
// transforms, where no value enters twice; and G's coefficients are rounded themselves, once in each pass. The tests hold this on random
// and on adversarial operands; what was measured is in docs/decisions/0012-winograd.md.
//
// The bound reaches over a whole tile: a large point next to small ones leaves its rounding in their results, and an infinity or
// NaN makes all results of the tiles that meet it NaN.
//
// # How it is computed
//
// Channels are treated in groups of 16, which lie one behind the other: a group of images' rows is turned from planes to pixels, the
// transforms then treat whole vectors whatever the width of the image, and results are turned back. Products are matrix products of
// package gemm, one for each of the (m+2)² places of a tile. A task works through blocks of a few rows of tiles, whose transformed points
// and products stay in the second-level cache.
//
// Blocks and tasks depend on shapes only. A result is a sum over channels in an order that depends on their number only, so an image's
// bits do not depend on the batch it came in; the gradient to the filters is summed over tiles in chunks, which are added in order.
package winograd

//go:generate go run ./internal/gen -out asm_amd64.s -stubs asm_amd64.go -pkg winograd
