package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Square returns x² of each element of x, which holds numbers: ∂y/∂x = 2x. Integers wrap around.
func Square(x *graph.Node) *graph.Node { return graph.Apply(square{}, x) }

type square struct{ numeric }

func (square) Name() string { return "square" }

func (square) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype.Integer() {
		return unaryInt(c, squareInt[int32], squareInt[int64], squareInt[uint8])
	}
	return unary(c, vec.Square[float32], vec.Square[float64])
}

func squareInt[T integer](dst, x []T) {
	for i, v := range x {
		dst[i] = v * v
	}
}

func (square) Partial(y *graph.Node, _ int) *graph.Node { return Scale(2, y.In()[0]) }

func squareInfo() Info {
	return withIntegers(Info{Name: "Square", Order: 4, Cases: unaryCases(Square, Real), Bad: unaryBad(Square)})
}
