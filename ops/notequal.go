package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// NotEqual tells where a ≠ b, broadcast. Operands are numbers or bools of one dtype; the result is Bool and has no derivative.
// NaN differs from everything.
func NotEqual(a, b *graph.Node) *graph.Node { return pointwise(notEqual{}, a, b) }

type notEqual struct{ comparison }

func (notEqual) Name() string { return "notequal" }

func (notEqual) Eval(c *graph.Call) error {
	return compare(c, vec.NotEqual[float32], vec.NotEqual[float64], notEqualInt[int32], notEqualInt[int64], notEqualInt[uint8])
}

func notEqualInt[T integer](dst []bool, a, b []T) {
	for i, v := range a {
		dst[i] = v != b[i]
	}
}

func notEqualInfo() Info {
	return Info{Name: "NotEqual", Cases: comparisonCases(NotEqual), Bad: comparisonBad(NotEqual)}
}
