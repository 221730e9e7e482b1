package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Ceil returns the smallest whole number that is at least each element of x. x has a float dtype; ±0, ±∞ and NaN stay
// as they are. The derivative is 0 where there is one, and by convention at the jumps, so that no cotangent flows.
func Ceil(x *graph.Node) *graph.Node { return graph.Apply(ceil{}, x) }

type ceil struct{ float }

func (ceil) Name() string { return "ceil" }

func (ceil) Eval(c *graph.Call) error { return Map(c, math.Ceil) }

func (ceil) VJP(_, _ *graph.Node) []*graph.Node { return []*graph.Node{nil} }

func ceilInfo() Info {
	return Info{Name: "Ceil", Order: 4, Cases: unaryCases(Ceil, offWhole), Bad: unaryBad(Ceil)}
}
