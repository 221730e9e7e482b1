package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// Round returns the whole number nearest to each element of x, the even one of two (IEEE 754, as NumPy and PyTorch). x has a float dtype; ±0, ±∞ and NaN stay
// as they are. The derivative is 0 where there is one, and by convention at the jumps, so that no cotangent flows.
func Round(x *graph.Node) *graph.Node { return graph.Apply(round{}, x) }

type round struct{ float }

func (round) Name() string { return "round" }

func (round) Eval(c *graph.Call) error { return Map(c, math.RoundToEven) }

func (round) VJP(_, _ *graph.Node) []*graph.Node { return []*graph.Node{nil} }

func roundInfo() Info {
	return Info{Name: "Round", Order: 4, Cases: unaryCases(Round, offWhole), Bad: unaryBad(Round)}
}
