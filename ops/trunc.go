package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Trunc returns each element of x without its fraction: the next whole number towards 0. x has a float dtype; ±0, ±∞ and NaN stay
// as they are. The derivative is 0 where there is one, and by convention at the jumps, so that no cotangent flows.
func Trunc(x *graph.Node) *graph.Node { return graph.Apply(trunc{}, x) }

type trunc struct{ float }

func (trunc) Name() string { return "trunc" }

func (trunc) Eval(c *graph.Call) error { return Map(c, math.Trunc) }

func (trunc) VJP(_, _ *graph.Node) []*graph.Node { return []*graph.Node{nil} }

func truncInfo() Info {
	return Info{Name: "Trunc", Order: 4, Cases: unaryCases(Trunc, offWhole), Bad: unaryBad(Trunc)}
}
