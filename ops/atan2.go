package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Atan2 returns the angle of the point (x, y), in radians from −π to π, broadcast: arctan(y/x) with the quadrant from both signs.
//
//	z = atan2(y, x)        ∂z/∂y = x/(x² + y²)        ∂z/∂x = −y/(x² + y²)
//
// Operands are floats of one dtype. At the origin the angle follows the signs of zeros as in C99, and the derivatives are 0 by convention.
func Atan2(y, x *graph.Node) *graph.Node { return pointwise(atan2{}, y, x) }

type atan2 struct{ float }

func (atan2) Name() string { return "atan2" }

func (atan2) Eval(c *graph.Call) error { return Zip(c, math.Atan2) }

func (atan2) Partial(z *graph.Node, i int) *graph.Node {
	y, x := z.In()[0], z.In()[1]
	square := Add(Square(y), Square(x))
	square = Where(Equal(square, Like(0, square)), Like(1, square), square)
	if i == 0 {
		return Div(x, square)
	}
	return Neg(Div(y, square))
}

func atan2Info() Info {
	return Info{Name: "Atan2", Order: 4, Cases: binaryCases(Atan2, Nonzero, Nonzero), Bad: binaryBad(Atan2)}
}
