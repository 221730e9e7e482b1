package ops

import "github.com/kedja-ml/kedja/graph"

// IsInf tells which elements of x, which has a float dtype, are infinite, of either sign. The result is Bool and has no derivative.
func IsInf(x *graph.Node) *graph.Node { return graph.Apply(isInf{}, x) }

type isInf struct{ test }

func (isInf) Name() string { return "isinf" }

func (isInf) Eval(c *graph.Call) error { return tested(c, isInfOf[float32], isInfOf[float64]) }

func isInfOf[T graph.Floating](dst []bool, x []T) {
	for i, v := range x {
		dst[i] = v-v != 0 && v == v
	}
}

func isInfInfo() Info {
	return Info{Name: "IsInf", Cases: unaryCases(IsInf, Real), Bad: unaryBad(IsInf)}
}
