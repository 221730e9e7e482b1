package ops

import "github.com/kedja-ml/kedja/graph"

// SwiGLU returns SiLU(a)·b for the halves a and b of x along axis (Shazeer, 2020, equation 6; the gate is the first half): half as long
// there. x has a float dtype, and an even size along axis.
func SwiGLU(x *graph.Node, axis int) *graph.Node {
	half := halves("swiglu", x, axis)
	return Mul(SiLU(half[0]), half[1])
}

func swiGLUInfo() Info {
	return Info{Name: "SwiGLU", Order: 4, Cases: gatedCases(SwiGLU), Bad: gatedBad(SwiGLU)}
}
