// Package ops holds the operators, one in a file: what it computes, its derivative, its kernel, its batching rule and
// the cases that check it.
//
// Every function takes nodes and returns nodes; errors stick to the graph (see package graph). Operands of pointwise
// ops broadcast by NumPy's rules. Dtypes are never promoted: mixing them is an error that names [Cast].
//
// # Integers and bools
//
//   - Add, Sub, Mul, Neg, Abs, Square, and sums and products, wrap around on overflow, as Go's do.
//   - Div of integers truncates towards zero, and Rem is its remainder; Mod's quotient is rounded down. Dividing by zero is an error of
//     the run that names the node.
//   - Comparisons of any dtype give Bool; false < true. NaN is unequal to everything, itself included.
//   - And, Or, Xor, Not take bools, and the bits of integers; ShiftLeft and ShiftRight integers only. Maximum, Minimum, Clamp, Sign,
//     Sum, Prod, CumSum, Max, Min, Sort, TopK, Einsum and their kin take integers too.
//   - Integers and bools carry no cotangent.
//
// The package must not know how a graph is differentiated or run.
package ops
