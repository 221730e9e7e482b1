package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// SoftSign returns x/(1 + |x|) of each element of x, which has a float dtype (Turian et al., 2009): ∂y/∂x = 1/(1 + |x|)². The second
// derivative jumps at 0, where it is 0 by convention. At ±∞ the result is ±1, where PyTorch has NaN.
func SoftSign(x *graph.Node) *graph.Node { return graph.Apply(softSign{}, x) }

type softSign struct{ Pointwise }

func (softSign) Name() string { return "softsign" }

func (softSign) Eval(c *graph.Call) error {
	return unary(c, softSigns[float32], softSigns[float64])
}

func softSigns[T graph.Floating](dst, x []T) {
	for i, v := range x {
		a := max(v, -v)
		if dst[i] = v / (1 + a); 1+a == a { // infinity, too
			dst[i] = T(math.Copysign(1, float64(v)))
		}
	}
}

// Partial is (1 − |y|)², since 1 − |y| = 1/(1 + |x|).
func (softSign) Partial(y *graph.Node, _ int) *graph.Node { return Square(Affine(-1, Abs(y), 1)) }

func softSignInfo() Info {
	return Info{Name: "SoftSign", Order: 4, Cases: unaryCases(SoftSign, Nonzero), Bad: unaryBad(SoftSign)}
}
