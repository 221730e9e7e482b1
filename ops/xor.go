package ops

import "github.com/kedja-ml/kedja/graph"

// Xor returns a ⊕ b, broadcast: of bools, or bit by bit of integers of one dtype. There is no derivative.
func Xor(a, b *graph.Node) *graph.Node { return pointwise(xor{}, a, b) }

type xor struct{ logical }

func (xor) Name() string { return "xor" }

func (xor) Eval(c *graph.Call) error {
	return bits(c, xorBool, xorInt[int32], xorInt[int64], xorInt[uint8])
}

func xorBool(dst, a, b []bool) {
	for i, v := range a {
		dst[i] = v != b[i]
	}
}

func xorInt[T integer](dst, a, b []T) {
	for i, v := range a {
		dst[i] = v ^ b[i]
	}
}

func xorInfo() Info { return Info{Name: "Xor", Cases: logicalCases(Xor), Bad: logicalBad(Xor)} }
