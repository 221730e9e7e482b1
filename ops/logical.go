package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// logical is embedded by pointwise ops on bools, and on the bits of integers.
type logical struct{}

func (logical) Elementwise()           {}
func (logical) Sure([]graph.Type) bool { return true }

func (logical) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := alike(in); err != nil {
		return nil, err
	}
	if d := in[0].Dtype; d != graph.Bool && !d.Integer() {
		return nil, fmt.Errorf("want bool or integers, not %v", d)
	}
	return in[:1], nil
}

func logicalCases(f func(a, b *graph.Node) *graph.Node) []Case {
	cs := binaryCases(f, Index(2), Index(2))
	for _, c := range cs {
		c.In[0].Dtype, c.In[1].Dtype = graph.Bool, graph.Bool
	}
	for i, c := range binaryCases(f, between(0, 256), between(0, 256)) {
		if i%4 == 0 {
			cs = append(cs, inIntegers(c, i/4))
		}
	}
	return cs
}

// inIntegers puts case number i in an integer dtype; they take turns.
func inIntegers(c Case, i int) Case {
	d := [...]graph.Dtype{graph.Int32, graph.Int64, graph.Uint8}[i%3]
	c.Name = fmt.Sprint(d, " ", c.Name)
	for k := range c.In {
		c.In[k].Dtype = d
	}
	return c
}

// bits runs a loop over bools, or one over integers.
func bits(c *graph.Call, b func(dst, a, b []bool), i32 func(dst, a, b []int32), i64 func(dst, a, b []int64), u8 func(dst, a, b []uint8)) error {
	if c.In[0].Type.Dtype != graph.Bool {
		return binaryInt(c, i32, i64, u8)
	}
	b(graph.Data[bool](c.Out[0]), graph.Data[bool](c.In[0]), graph.Data[bool](c.In[1]))
	return nil
}

func logicalBad(f func(a, b *graph.Node) *graph.Node) []Bad {
	return []Bad{
		{"shapes [2 3] and [4] do not broadcast", func(g *graph.Graph) {
			f(g.Input("x", graph.Bool, 2, 3), g.Input("y", graph.Bool, 4))
		}},
		{"dtypes bool and uint8 differ", func(g *graph.Graph) { f(g.Input("x", graph.Bool, 2), g.Input("y", graph.Uint8, 2)) }},
		{"want bool or integers, not float32", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2), g.Input("y", graph.Float32, 2)) }},
	}
}
