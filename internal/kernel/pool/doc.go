// Package pool takes the maximum or the mean of windows of planes, in up to three dimensions, for float32 and float64,
// and pulls gradients back.
//
// Functions work on planes [lo, hi) of all, so that a caller can share planes out. Planes do not touch one another, and
// each is done in one fixed order, so that the bits do not depend on how they are shared out.
package pool
