package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Equal tells where a = b, broadcast. Operands are numbers or bools of one dtype; the result is Bool and has no derivative.
// NaN equals nothing.
func Equal(a, b *graph.Node) *graph.Node { return pointwise(equal{}, a, b) }

type equal struct{ comparison }

func (equal) Name() string { return "equal" }

func (equal) Eval(c *graph.Call) error {
	return compare(c, vec.Equal[float32], vec.Equal[float64], equalInt[int32], equalInt[int64], equalInt[uint8])
}

func equalInt[T integer](dst []bool, a, b []T) {
	for i, v := range a {
		dst[i] = v == b[i]
	}
}

func equalInfo() Info {
	return Info{Name: "Equal", Cases: comparisonCases(Equal), Bad: comparisonBad(Equal)}
}
