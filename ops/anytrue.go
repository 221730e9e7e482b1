package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// AnyTrue tells along the given axes, which disappear, or along all of them if none is given, whether any element of x is true: NumPy's
// any. x is Bool; of nothing it is false. There is no derivative.
func AnyTrue(x *graph.Node, axes ...int) *graph.Node {
	if x.Valid() && x.Dtype() != graph.Bool {
		return x.Graph().Failf("anytrue: %s %v: %w", x.Called(), x.Type(), fmt.Errorf("want bool"))
	}
	n := Sum(Cast(x, graph.Int64), axes...)
	if !n.Valid() {
		return n
	}
	return NotEqual(n, Like(0, n))
}

func anyTrueInfo() Info {
	info := Info{Name: "AnyTrue", Cases: reductionCases(AnyTrue, Index(2), true), Bad: []Bad{
		{"no axis 2 in [2 3]", func(g *graph.Graph) { AnyTrue(g.Input("x", graph.Bool, 2, 3), 2) }},
		{"want bool", func(g *graph.Graph) { AnyTrue(g.Input("x", graph.Float32, 2, 3)) }},
	}}
	for i := range info.Cases {
		info.Cases[i].In[0].Dtype = graph.Bool
	}
	return info
}
