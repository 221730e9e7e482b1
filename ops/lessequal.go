package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// LessEqual tells where a ≤ b, broadcast. Operands are numbers or bools of one dtype; the result is Bool and has no derivative.
// It is false where either is NaN.
func LessEqual(a, b *graph.Node) *graph.Node { return pointwise(lessEqual{}, a, b) }

type lessEqual struct{ comparison }

func (lessEqual) Name() string { return "lessequal" }

func (lessEqual) Eval(c *graph.Call) error {
	return compare(c, vec.LessEqual[float32], vec.LessEqual[float64], lessEqualInt[int32], lessEqualInt[int64], lessEqualInt[uint8])
}

func lessEqualInt[T integer](dst []bool, a, b []T) {
	for i, v := range a {
		dst[i] = v <= b[i]
	}
}

func lessEqualInfo() Info {
	return Info{Name: "LessEqual", Cases: comparisonCases(LessEqual), Bad: comparisonBad(LessEqual)}
}
