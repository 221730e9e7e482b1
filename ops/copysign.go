package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// CopySign returns |a| with the sign of b, broadcast; zeros and NaN have signs, too.
//
//	y = ±|a|        ∂y/∂a = y/a        ∂y/∂b = 0
//
// Operands are floats of one dtype. At a = 0 the derivative is 0 by convention, and no cotangent flows to b.
func CopySign(a, b *graph.Node) *graph.Node { return pointwise(copySign{}, a, b) }

type copySign struct{ float }

func (copySign) Name() string { return "copysign" }

func (copySign) Eval(c *graph.Call) error { return Zip(c, math.Copysign) }

func (copySign) VJP(y, dy *graph.Node) []*graph.Node {
	a, b := y.In()[0], y.In()[1]
	return []*graph.Node{Mul(dy, Mul(Sign(a), CopySign(Like(1, a), b))), nil}
}

func copySignInfo() Info {
	return Info{Name: "CopySign", Order: 4, Cases: binaryCases(CopySign, Nonzero, Nonzero), Bad: binaryBad(CopySign)}
}
