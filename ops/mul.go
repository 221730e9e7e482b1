package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Mul returns a ⊙ b, the product of elements, broadcast.
//
//	y = a·b        ∂y/∂a = b        ∂y/∂b = a
//
// Operands are numbers of one dtype; integers wrap around.
func Mul(a, b *graph.Node) *graph.Node { return pointwise(mul{}, a, b) }

type mul struct{ numeric }

func (mul) Name() string { return "mul" }

func (mul) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype.Integer() {
		return binaryInt(c, mulInt[int32], mulInt[int64], mulInt[uint8])
	}
	return binary(c, vec.Mul[float32], vec.Mul[float64])
}

func mulInt[T integer](dst, a, b []T) {
	for i, v := range a {
		dst[i] = v * b[i]
	}
}

func (mul) Partial(y *graph.Node, i int) *graph.Node { return y.In()[1-i] }

// Simplify drops a factor of one, and takes another constant factor for a scale.
func (mul) Simplify(n *graph.Node) *graph.Node {
	a, b := n.In()[0], n.In()[1]
	for _, p := range [][2]*graph.Node{{a, b}, {b, a}} {
		switch v, ok := fillValue(p[1]); {
		case ok && v == 1:
			return p[0]
		case ok && isFloat(n):
			return Scale(v, p[0])
		}
	}
	return nil
}

func mulInfo() Info {
	return withIntegers(Info{Name: "Mul", Order: 4, Cases: binaryCases(Mul, Real, Real), Bad: binaryBad(Mul)})
}
