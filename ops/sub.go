package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Sub returns a − b, broadcast.
//
//	y = a − b        ∂y/∂a = 1        ∂y/∂b = −1
//
// Operands are numbers of one dtype; integers wrap around.
func Sub(a, b *graph.Node) *graph.Node { return pointwise(sub{}, a, b) }

type sub struct{ numeric }

func (sub) Name() string { return "sub" }

func (sub) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype.Integer() {
		return binaryInt(c, subInt[int32], subInt[int64], subInt[uint8])
	}
	return binary(c, vec.Sub[float32], vec.Sub[float64])
}

func subInt[T integer](dst, a, b []T) {
	for i, v := range a {
		dst[i] = v - b[i]
	}
}

func (sub) VJP(_, dy *graph.Node) []*graph.Node { return []*graph.Node{dy, Neg(dy)} }

func subInfo() Info {
	return withIntegers(Info{Name: "Sub", Order: 4, Cases: binaryCases(Sub, Real, Real), Bad: binaryBad(Sub)})
}
