package ops

import (
	"fmt"
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// GLU returns a·σ(b) for the halves a and b of x along axis (Dauphin et al., 2017, section 2): half as long there. x has a float dtype, and
// an even size along axis.
func GLU(x *graph.Node, axis int) *graph.Node {
	half := halves("glu", x, axis)
	return Mul(half[0], Sigmoid(half[1]))
}

// halves splits x along an axis of even size for the named op.
func halves(name string, x *graph.Node, axis int) []*graph.Node {
	n := 0
	if x.Valid() && axis >= -x.Shape().Rank() && axis < x.Shape().Rank() {
		if n = x.Shape().Dim(axis); n%2 != 0 {
			x = x.Graph().Failf("%s: want an even size along axis %d, not %d of %v", name, axis, n, x.Shape())
		}
	}
	return Split(x, axis, n/2, n/2)
}

// gatedCases are those of ops that halve an axis.
func gatedCases(f func(x *graph.Node, axis int) *graph.Node) (cs []Case) {
	for _, s := range shapes {
		for axis := range s {
			d := slices.Clone(s)
			d[axis] *= 2
			cs = append(cs, Case{fmt.Sprint(d, " axis ", axis), []Operand{{Shape: graph.Of(d...), Draw: Real}}, func(in []*graph.Node) []*graph.Node {
				return []*graph.Node{f(in[0], axis)}
			}})
		}
	}
	return cs
}

func gatedBad(f func(x *graph.Node, axis int) *graph.Node) []Bad {
	return []Bad{
		{"want an even size along axis 1, not 3 of [2 3]", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2, 3), 1) }},
		{"axis 2", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 2, 4), 2) }},
		{"not bool", func(g *graph.Graph) { f(g.Input("x", graph.Bool, 4), 0) }},
	}
}

func gluInfo() Info {
	return Info{Name: "GLU", Order: 4, Cases: gatedCases(GLU), Bad: gatedBad(GLU)}
}
