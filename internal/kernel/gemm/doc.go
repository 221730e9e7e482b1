// Package gemm multiplies matrices: C = act(op(A)·op(B) (+ C) + bias), where op is the matrix or its transpose, for
// float32 and float64, row-major, each matrix with its own leading dimension.
//
// It follows Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (ACM TOMS 34(3), 2008): C is
// cut into tiles of [MR] × [NR] that stay in registers, K into blocks, A and B are copied ("packed") into the order in
// which tiles read them where that pays. Tiles are assembly on amd64 and plain Go elsewhere.
//
// A [Plan] is made from shapes alone and says in how many tasks a product falls; tasks of one phase may run in any
// order and on any number of goroutines, with the same bits. An element of C is, for each block of K in turn, the sum
// of its products in the order of k, added to what the element held; blocks depend on K only. So a row's bits do not
// depend on how many other rows there are.
//
// A tile takes about a microsecond and is called through a Go function that the garbage collector can stop.
//
// Engines that pack their own panels (convolution) build on [PackA], [Tile] and [Macro].
package gemm

//go:generate go run ./internal/gen -out asm_amd64.s -stubs asm_amd64.go -pkg gemm
