package ops

import "github.com/kedja-ml/kedja/graph"

// And returns a ∧ b, broadcast. Operands and result are Bool; there is no derivative.
func And(a, b *graph.Node) *graph.Node { return pointwise(and{}, a, b) }

type and struct{ logical }

func (and) Name() string { return "and" }

func (and) Eval(c *graph.Call) error {
	dst, b := graph.Data[bool](c.Out[0]), graph.Data[bool](c.In[1])
	for i, v := range graph.Data[bool](c.In[0]) {
		dst[i] = v && b[i]
	}
	return nil
}

func andInfo() Info { return Info{Name: "And", Cases: logicalCases(And), Bad: logicalBad(And)} }
