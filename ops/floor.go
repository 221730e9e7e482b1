package ops

import (
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

// Floor returns the largest whole number that is at most each element of x. x has a float dtype; ±0, ±∞ and NaN stay
// as they are. The derivative is 0 where there is one, and by convention at the jumps, so that no cotangent flows.
func Floor(x *graph.Node) *graph.Node { return graph.Apply(floor{}, x) }

type floor struct{ float }

func (floor) Name() string { return "floor" }

func (floor) Eval(c *graph.Call) error { return Map(c, math.Floor) }

func (floor) VJP(_, _ *graph.Node) []*graph.Node { return []*graph.Node{nil} }

// offWhole draws at least 0.1 away from whole numbers, and from halves.
func offWhole(r *rand.Rand, n int) []float64 {
	v := between(0.1, 0.4)(r, n)
	for i := range v {
		v[i] += float64(r.IntN(8)-4) / 2
	}
	return v
}

func floorInfo() Info {
	return Info{Name: "Floor", Order: 4, Cases: unaryCases(Floor, offWhole), Bad: unaryBad(Floor)}
}
