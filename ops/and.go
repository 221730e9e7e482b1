package ops

import "github.com/kedja-ml/kedja/graph"

// And returns a ∧ b, broadcast: of bools, or bit by bit of integers of one dtype. There is no derivative.
func And(a, b *graph.Node) *graph.Node { return pointwise(and{}, a, b) }

type and struct{ logical }

func (and) Name() string { return "and" }

func (and) Eval(c *graph.Call) error {
	return bits(c, andBool, andInt[int32], andInt[int64], andInt[uint8])
}

func andBool(dst, a, b []bool) {
	for i, v := range a {
		dst[i] = v && b[i]
	}
}

func andInt[T integer](dst, a, b []T) {
	for i, v := range a {
		dst[i] = v & b[i]
	}
}

func andInfo() Info { return Info{Name: "And", Cases: logicalCases(And), Bad: logicalBad(And)} }
