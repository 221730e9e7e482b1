package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Exp2 returns 2ˣ of each element of x, which has a float dtype: ∂y/∂x = y·ln 2.
func Exp2(x *graph.Node) *graph.Node { return graph.Apply(exp2{}, x) }

type exp2 struct{ float }

func (exp2) Name() string { return "exp2" }

func (exp2) Eval(c *graph.Call) error { return Map(c, math.Exp2) }

func (exp2) Partial(y *graph.Node, _ int) *graph.Node {
	return Scale(math.Ln2, y)
}

func exp2Info() Info {
	return Info{Name: "Exp2", Order: 4, Cases: unaryCases(Exp2, Real), Bad: unaryBad(Exp2)}
}
