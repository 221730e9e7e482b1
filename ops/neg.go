package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Neg returns −x of each element of x, which holds numbers: ∂y/∂x = −1. Integers wrap around.
func Neg(x *graph.Node) *graph.Node { return graph.Apply(neg{}, x) }

type neg struct{ numeric }

func (neg) Name() string { return "neg" }

func (neg) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype.Integer() {
		return unaryInt(c, negInt[int32], negInt[int64], negInt[uint8])
	}
	return unary(c, vec.Neg[float32], vec.Neg[float64])
}

func negInt[T integer](dst, x []T) {
	for i, v := range x {
		dst[i] = -v
	}
}

func (neg) VJP(_, dy *graph.Node) []*graph.Node { return []*graph.Node{Neg(dy)} }

// Simplify drops a pair of signs.
func (neg) Simplify(n *graph.Node) *graph.Node {
	if x := n.In()[0]; x.Op() == (neg{}) {
		return x.In()[0]
	}
	return nil
}

func negInfo() Info {
	return withIntegers(Info{Name: "Neg", Order: 4, Cases: unaryCases(Neg, Real), Bad: unaryBad(Neg)})
}
