package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Less tells where a < b, broadcast. Operands are numbers or bools of one dtype; the result is Bool and has no derivative.
// It is false where either is NaN.
func Less(a, b *graph.Node) *graph.Node { return pointwise(less{}, a, b) }

type less struct{ comparison }

func (less) Name() string { return "less" }

func (less) Eval(c *graph.Call) error {
	return compare(c, vec.Less[float32], vec.Less[float64], lessInt[int32], lessInt[int64], lessInt[uint8])
}

func lessInt[T integer](dst []bool, a, b []T) {
	for i, v := range a {
		dst[i] = v < b[i]
	}
}

func lessInfo() Info {
	return Info{Name: "Less", Cases: comparisonCases(Less), Bad: comparisonBad(Less)}
}
