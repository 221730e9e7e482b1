// Package attention computes softmax(scale·q·kᵀ + bias)·v, and its derivatives, tile by tile: the matrix of scores is never in
// memory as a whole.
//
// It follows Dao, "FlashAttention-2: Faster Attention with Better Parallelism and Work Partitioning" (2023): a tile of scores is
// weighed against the largest score that its rows have met so far (Milakov and Gimelshein, "Online normalizer calculation for
// softmax", 2018), and backward passes compute the weights again from the logarithm of their sum.
//
// A [Plan] is made from shapes alone and says in how many units the work falls, which may run in any order and on any number of
// goroutines. A row of the result is a function of that row's query and of the keys and values it sees: its bits do not depend on
// the other rows, nor on the batch.
//
// With u the unit roundoff and z the largest Σ|scale·q·k| that a query has with a key it sees, without a bias, an element of y is at
// most (2·(D+3)·z + 2·S + 32)·u·max|v| from the exact result, to first order in u: a score is off by (D+1)·z·u, its distance from the
// largest by another 2·z·u, an exponential by 1.1 ulp, and the weighted sum adds up S products in order, rescaled once for each
// block of keys.
package attention
