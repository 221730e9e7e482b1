package ops

import "github.com/kedja-ml/kedja/graph"

// Not returns ¬x of each element: of bools, or bit by bit of integers, so that it is −1 − x of a signed one. There is no derivative.
func Not(x *graph.Node) *graph.Node { return graph.Apply(not{}, x) }

type not struct{ logical }

func (not) Name() string { return "not" }

func (not) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype != graph.Bool {
		return unaryInt(c, notInt[int32], notInt[int64], notInt[uint8])
	}
	dst := graph.Data[bool](c.Out[0])
	for i, v := range graph.Data[bool](c.In[0]) {
		dst[i] = !v
	}
	return nil
}

func notInt[T integer](dst, x []T) {
	for i, v := range x {
		dst[i] = ^v
	}
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
		{"want bool or integers, not float32", func(g *graph.Graph) { Not(g.Input("x", graph.Float32, 2)) }},
	}}
	for i, c := range info.Cases {
		c.In[0].Dtype = graph.Bool
		if i%4 == 0 {
			c.In[0].Draw = between(0, 256)
			info.Cases[i] = inIntegers(c, i/4)
		}
	}
	return info
}
