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
package attention
