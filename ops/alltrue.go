package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// AllTrue tells along the given axes, which disappear, or along all of them if none is given, whether each element of x is true: NumPy's
// all, whose name has the list of ops here. x is Bool; of nothing it is true. There is no derivative.
func AllTrue(x *graph.Node, axes ...int) *graph.Node {
	if x.Valid() && x.Dtype() != graph.Bool {
		return x.Graph().Failf("alltrue: %s %v: %w", x.Called(), x.Type(), fmt.Errorf("want bool"))
	}
	n := Sum(Cast(Not(x), graph.Int64), axes...)
	if !n.Valid() {
		return n
	}
	return Equal(n, Like(0, n))
}

func allTrueInfo() Info {
	info := Info{Name: "AllTrue", Cases: reductionCases(AllTrue, Index(2), true), Bad: []Bad{
		{"no axis 2 in [2 3]", func(g *graph.Graph) { AllTrue(g.Input("x", graph.Bool, 2, 3), 2) }},
		{"want bool", func(g *graph.Graph) { AllTrue(g.Input("x", graph.Float32, 2, 3)) }},
	}}
	for i := range info.Cases {
		info.Cases[i].In[0].Dtype = graph.Bool
	}
	return info
}
