package ops

import "github.com/kedja-ml/kedja/graph"

// Or returns a ∨ b, broadcast: of bools, or bit by bit of integers of one dtype. There is no derivative.
func Or(a, b *graph.Node) *graph.Node { return pointwise(or{}, a, b) }

type or struct{ logical }

func (or) Name() string { return "or" }

func (or) Eval(c *graph.Call) error {
	return bits(c, orBool, orInt[int32], orInt[int64], orInt[uint8])
}

func orBool(dst, a, b []bool) {
	for i, v := range a {
		dst[i] = v || b[i]
	}
}

func orInt[T integer](dst, a, b []T) {
	for i, v := range a {
		dst[i] = v | b[i]
	}
}

func orInfo() Info { return Info{Name: "Or", Cases: logicalCases(Or), Bad: logicalBad(Or)} }
