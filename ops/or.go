package ops

import "github.com/kedja-ml/kedja/graph"

// Or returns a ∨ b, broadcast. Operands and result are Bool; there is no derivative.
func Or(a, b *graph.Node) *graph.Node { return pointwise(or{}, a, b) }

type or struct{ logical }

func (or) Name() string { return "or" }

func (or) Eval(c *graph.Call) error {
	dst, b := graph.Data[bool](c.Out[0]), graph.Data[bool](c.In[1])
	for i, v := range graph.Data[bool](c.In[0]) {
		dst[i] = v || b[i]
	}
	return nil
}

func orInfo() Info { return Info{Name: "Or", Cases: logicalCases(Or), Bad: logicalBad(Or)} }
