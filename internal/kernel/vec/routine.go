package vec

import "unsafe"

// chunk bounds one call of assembly, which nothing can interrupt, to less than 100 µs.
const chunk = 1 << 14

// A routine names a loop that there may be assembly for.
type routine uint8

const (
	add routine = iota
	sub
	mul
	div
	maximum
	minimum
	addScaled
	mulScaled
	geluSlope
	geluTanhSlope
	siluSlope
)

const (
	scale routine = iota
	affine
	neg
	abs
	square
	sqrt
	rsqrt
	reciprocal
	sign
	relu
	step
	leakyReLU
	clamp
	exp
	log
	log1p
	tanh
	sigmoid
	softplus
	erf
	gelu
	geluTanh
	silu
	sin
	cos
)

const (
	less routine = iota
	lessEqual
	equal
	notEqual
)

func isSingle[T Float]() bool {
	var v T
	return unsafe.Sizeof(v) == 4
}
