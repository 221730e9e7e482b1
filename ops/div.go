package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Div returns a/b, broadcast.
//
//	y = a/b        ∂y/∂a = 1/b        ∂y/∂b = −y/b
//
// Operands are numbers of one dtype. Quotients of integers are truncated towards zero, the smallest one divided by −1 wraps around,
// and dividing an integer by zero is an error of the run.
func Div(a, b *graph.Node) *graph.Node { return pointwise(div{}, a, b) }

type div struct{ numeric }

func (div) Name() string { return "div" }

func (div) Eval(c *graph.Call) error {
	switch c.In[0].Type.Dtype {
	case graph.Int32:
		return integersBy(c, divInt[int32])
	case graph.Int64:
		return integersBy(c, divInt[int64])
	case graph.Uint8:
		return integersBy(c, divInt[uint8])
	}
	return binary(c, vec.Div[float32], vec.Div[float64])
}

func divInt[T integer](a, b T) T { return a / b }

func (div) VJP(y, dy *graph.Node) []*graph.Node {
	da := Div(dy, y.In()[1])
	return []*graph.Node{da, Neg(Mul(da, y))}
}

// Simplify drops a divisor of one.
func (div) Simplify(n *graph.Node) *graph.Node {
	if isFill(n.In()[1], 1) {
		return n.In()[0]
	}
	return nil
}

func divInfo() Info {
	return withIntegers(Info{Name: "Div", Order: 4, Cases: binaryCases(Div, Real, Nonzero), Bad: binaryBad(Div)})
}
