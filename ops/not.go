package ops

import "github.com/kedja-ml/kedja/graph"

// Not returns ¬x of each element. Operand and result are Bool; there is no derivative.
func Not(x *graph.Node) *graph.Node { return graph.Apply(not{}, x) }

type not struct{ logical }

func (not) Name() string { return "not" }

func (not) Eval(c *graph.Call) error {
	dst := graph.Data[bool](c.Out[0])
	for i, v := range graph.Data[bool](c.In[0]) {
		dst[i] = !v
	}
	return nil
}

// Simplify drops a pair of negations.
func (not) Simplify(n *graph.Node) *graph.Node {
	if x := n.In()[0]; x.Op() == (not{}) {
		return x.In()[0]
	}
	return nil
}

func notInfo() Info {
	info := Info{Name: "Not", Cases: unaryCases(Not, Index(2)), Bad: []Bad{
		{"want bool, not float32", func(g *graph.Graph) { Not(g.Input("x", graph.Float32, 2)) }},
	}}
	for _, c := range info.Cases {
		c.In[0].Dtype = graph.Bool
	}
	return info
}
