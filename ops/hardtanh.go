package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// HardTanh returns x held between the constants lo and hi, of each element of x, which has a float dtype (Collobert, 2004, with −1 and 1);
// NaN stays NaN. It is Clamp but for the bounds: ∂y/∂x is 1 where lo < x < hi, and 0 elsewhere, at the bounds by PyTorch's convention.
func HardTanh(x *graph.Node, lo, hi float64) *graph.Node { return hard("hardtanh", x, lo, hi) }

func hard(name string, x *graph.Node, lo, hi float64) *graph.Node {
	switch {
	case !x.Valid():
		return x
	case !isFloat(x):
		return x.Graph().Failf("%s: %s %v: %w", name, x.Called(), x.Type(), wantFloat(x.Type()))
	case !(lo < hi):
		return x.Graph().Failf("%s: want bounds in ascending order, not %v and %v", name, lo, hi)
	}
	held := Clamp(x, lo, hi)
	inside := And(Less(Like(lo, x), x), Less(x, Like(hi, x)))
	return Where(inside, x, StopGradient(held))
}

func hardTanhInfo() Info {
	f := func(x *graph.Node) *graph.Node { return HardTanh(x, -0.4, 1.1) }
	info := Info{Name: "HardTanh", Order: 4, Cases: hardCases(f), Bad: append(unaryBad(f), Bad{
		"want bounds in ascending order, not 1 and 1", func(g *graph.Graph) { HardTanh(g.Input("x", graph.Float32, 2), 1, 1) },
	})}
	return info
}

// hardCases are of squares, so that the second derivative is not 0, at values that stay off the kinks of this family: −3, −0.4, 0, 1.1, 3, 6.
func hardCases(f func(x *graph.Node) *graph.Node) (cs []Case) {
	levels := []float64{-4, -1.6, -0.15, 0.3, 0.75, 2.2, 4.5, 7}
	for _, s := range shapes {
		cs = append(cs, Case{fmt.Sprint(s), []Operand{{Shape: graph.Of(s...), Draw: near(levels...)}}, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{Square(f(in[0]))}
		}})
	}
	return cs
}
