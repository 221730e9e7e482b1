package ops

import "github.com/kedja-ml/kedja/graph"

// IsNaN tells which elements of x, which has a float dtype, are NaN. The result is Bool and has no derivative.
func IsNaN(x *graph.Node) *graph.Node { return graph.Apply(isNaN{}, x) }

type isNaN struct{ test }

func (isNaN) Name() string { return "isnan" }

func (isNaN) Eval(c *graph.Call) error { return tested(c, isNaNOf[float32], isNaNOf[float64]) }

func isNaNOf[T graph.Floating](dst []bool, x []T) {
	for i, v := range x {
		dst[i] = v != v
	}
}

func isNaNInfo() Info {
	return Info{Name: "IsNaN", Cases: unaryCases(IsNaN, Real), Bad: unaryBad(IsNaN)}
}
