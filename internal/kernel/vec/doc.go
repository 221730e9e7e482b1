// Package vec holds loops over slices: arithmetic, elementary functions, comparisons and sums, as assembly for AVX2 with FMA beside
// plain Go; what treats each element alone is there for AVX-512 too. The executor runs chains of pointwise ops through them, tile by
// tile.
//
// All take any length, also none, and a destination may be an operand. An element's bits depend neither on its place in the slice nor
// on the slice's length, so that work may be cut anywhere; a reduction's tree depends on its length alone.
//
// Assembly and plain Go have the same bits in arithmetic, comparisons and sums. Elementary functions of float32 agree within the
// bounds that each states, in units of the last place (ulp) of the exact result; those of float64 are package math's. NaN goes in,
// NaN comes out; ±0 and ±Inf give the limits.
//
// A slice that is an operand must be as long as the destination, or longer.
package vec

//go:generate go run ./internal/gen -out asm_amd64.s -stubs asm_amd64.go -pkg vec

// Float lists the element types.
type Float interface{ float32 | float64 }
