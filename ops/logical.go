package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// logical is embedded by pointwise ops on bools.
type logical struct{}

func (logical) Elementwise()           {}
func (logical) Sure([]graph.Type) bool { return true }

func (logical) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := alike(in); err != nil {
		return nil, err
	}
	if in[0].Dtype != graph.Bool {
		return nil, fmt.Errorf("want bool, not %v", in[0].Dtype)
	}
	return in[:1], nil
}

func logicalCases(f func(a, b *graph.Node) *graph.Node) []Case {
	cs := binaryCases(f, Index(2), Index(2))
	for _, c := range cs {
		c.In[0].Dtype, c.In[1].Dtype = graph.Bool, graph.Bool
	}
	return cs
}

func logicalBad(f func(a, b *graph.Node) *graph.Node) []Bad {
	return []Bad{
		{"shapes [2 3] and [4] do not broadcast", func(g *graph.Graph) {
			f(g.Input("x", graph.Bool, 2, 3), g.Input("y", graph.Bool, 4))
		}},
		{"dtypes bool and uint8 differ", func(g *graph.Graph) { f(g.Input("x", graph.Bool, 2), g.Input("y", graph.Uint8, 2)) }},
		{"want bool, not float32", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2), g.Input("y", graph.Float32, 2)) }},
	}
}
