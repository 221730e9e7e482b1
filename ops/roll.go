package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Roll moves elements along an axis by shift places, those beyond the end to the beginning: y[(i + shift) mod n] = x[i]. x may be of any
// dtype; the derivative rolls back.
func Roll(x *graph.Node, axis, shift int) *graph.Node {
	if !x.Valid() {
		return x
	}
	at, err := x.Shape().Axis(axis)
	if err != nil {
		return x.Graph().Failf("roll: %s %v: %w", x.Called(), x.Shape(), err)
	}
	n := x.Shape().Dim(at)
	if n == 0 || shift%n == 0 {
		return x
	}
	k := n - (shift%n+n)%n
	return Concat(at, Slice(x, at, k, n-k), Slice(x, at, 0, k))
}

func rollInfo() Info {
	by := func(shift int) func(x *graph.Node, axis int) []*graph.Node {
		return one(func(x *graph.Node, axis int) *graph.Node { return Square(Roll(x, axis, shift)) })
	}
	info := Info{Name: "Roll", Order: 4, Bad: axisBad(by(1), graph.Bool, "not bool")}
	for _, shift := range []int{1, -1, 5} {
		for _, c := range axisCases(by(shift), Real, true) {
			c.Name = fmt.Sprint(c.Name, " by ", shift)
			info.Cases = append(info.Cases, c)
		}
	}
	return info
}
