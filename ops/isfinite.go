package ops

import "github.com/kedja-ml/kedja/graph"

// IsFinite tells which elements of x, which has a float dtype, are neither infinite nor NaN. The result is Bool and has no derivative.
func IsFinite(x *graph.Node) *graph.Node { return graph.Apply(isFinite{}, x) }

type isFinite struct{ test }

func (isFinite) Name() string { return "isfinite" }

func (isFinite) Eval(c *graph.Call) error { return tested(c, isFiniteOf[float32], isFiniteOf[float64]) }

func isFiniteOf[T graph.Floating](dst []bool, x []T) {
	for i, v := range x {
		dst[i] = v-v == 0 // ∞ − ∞ is NaN
	}
}

func isFiniteInfo() Info {
	return Info{Name: "IsFinite", Cases: unaryCases(IsFinite, Real), Bad: unaryBad(IsFinite)}
}
