package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// MaskedSelect returns the elements of x where mask is true, in the order in which they lie, as a vector of n: further ones are left out, and
// missing ones are the constant fill. count is the number of all that are true, an int32 scalar.
//
//	x […], of any dtype, and mask […], Bool, broadcast    values [n]    count []
//
// The derivative goes back to the elements that were selected.
func MaskedSelect(x, mask *graph.Node, n int, fill float64) (values, count *graph.Node) {
	if !x.Valid() || !mask.Valid() {
		y := Where(mask, x, x)
		return y, y
	}
	both, ok := broadcast(x.Shape(), mask.Shape())
	var err error
	switch {
	case !ok:
		err = fmt.Errorf("shapes do not broadcast")
	case mask.Dtype() != graph.Bool:
		err = fmt.Errorf("want a mask of bool")
	case n < 0:
		err = fmt.Errorf("want a size that is not negative, not %d", n)
	default:
		err = countable("a mask", both.Size())
	}
	if err != nil {
		y := x.Graph().Failf("maskedselect: %s %v, %s %v: %w", x.Called(), x.Type(), mask.Called(), mask.Type(), err)
		return y, y
	}
	flat, picked := Reshape(ExpandTo(x, both), -1), Cast(Reshape(ExpandTo(mask, both), -1), graph.Int32)
	place := Sub(CumSum(picked, 0), Like(1, picked))
	spare := Like(float64(n), place)
	place = Where(And(Cast(picked, graph.Bool), Less(place, spare)), place, spare)
	kept, here := lastOf(place, flat, n+1)
	values = Where(Slice(here, 0, 0, n), Slice(kept, 0, 0, n), Like(fill, Slice(kept, 0, 0, n)))
	return values, Sum(picked)
}

func maskedSelectInfo() Info {
	bad := func(want string, x, mask graph.Type, n int) Bad {
		return Bad{want, func(g *graph.Graph) { MaskedSelect(g.Placeholder("x", x), g.Placeholder("m", mask), n, 0) }}
	}
	x := graph.T(graph.Float32, 2, 3)
	info := Info{Name: "MaskedSelect", Order: 4, Bad: []Bad{
		bad("shapes do not broadcast", x, graph.T(graph.Bool, 4), 2),
		bad("want a mask of bool", x, graph.T(graph.Int32, 2, 3), 2),
		bad("want a size that is not negative, not -1", x, graph.T(graph.Bool, 2, 3), -1),
	}}
	for _, s := range [][2][]int{{{}, {}}, {{5}, {5}}, {{0}, {0}}, {{2, 3}, {2, 3}}, {{2, 3}, {3}}, {{3}, {2, 3}}, {{2, 1}, {1, 3}}, {{2, 2, 3}, {2, 1, 3}}} {
		for _, n := range []int{0, 1, 3, 9} {
			in := []Operand{{Shape: graph.Of(s[0]...), Draw: Real}, {Shape: graph.Of(s[1]...), Dtype: graph.Bool, Draw: Index(2)}}
			info.Cases = append(info.Cases, Case{fmt.Sprint(s, " up to ", n), in, func(in []*graph.Node) []*graph.Node {
				values, count := MaskedSelect(in[0], in[1], n, 0.5)
				return []*graph.Node{Square(values), count}
			}})
		}
	}
	return info
}
