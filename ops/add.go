package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Add returns a + b, broadcast.
//
//	y = a + b        ∂y/∂a = 1        ∂y/∂b = 1
//
// Operands are numbers of one dtype; integers wrap around.
func Add(a, b *graph.Node) *graph.Node { return pointwise(add{}, a, b) }

type add struct{ numeric }

func (add) Name() string { return "add" }

func (add) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype.Integer() {
		return binaryInt(c, addInt[int32], addInt[int64], addInt[uint8])
	}
	return binary(c, vec.Add[float32], vec.Add[float64])
}

func addInt[T integer](dst, a, b []T) {
	for i, v := range a {
		dst[i] = v + b[i]
	}
}

func (add) VJP(_, dy *graph.Node) []*graph.Node { return []*graph.Node{dy, dy} }

// SumOver adds up each operand.
func (add) SumOver(n *graph.Node, _, sum func(x *graph.Node) *graph.Node) *graph.Node {
	return Add(sum(n.In()[0]), sum(n.In()[1]))
}

func addInfo() Info {
	return withIntegers(Info{Name: "Add", Order: 4, Cases: binaryCases(Add, Real, Real), Bad: binaryBad(Add)})
}
