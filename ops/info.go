package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// Info is an op's row in All: what the checker needs to prove it.
type Info struct {
	Name  string // of the exported function
	Order int    // derivatives exist, and are checked, up to this order; 0 means the op has none, by its nature
	Cases []Case // at least 30
	Bad   []Bad  // each refused with one clear line
}

// A Case applies an op to operands.
type Case struct {
	Name string
	In   []Operand
	F    func(in []*graph.Node) []*graph.Node
}

// An Operand says what a case is fed with: its shape, and how values are drawn. Floats are drawn in the dtype under check;
// operands with Dtype Int32, Int64, Uint8 or Bool stay as they are and get no derivative.
type Operand struct {
	Shape graph.Shape
	Dtype graph.Dtype // Float32, the zero value, stands for the float dtype under check
	Draw  Domain
}

// Bad is a use that must be refused. Want is part of the error.
type Bad struct {
	Want string
	F    func(g *graph.Graph)
}

func unaryCases(f func(x *graph.Node) *graph.Node, d Domain) (cs []Case) {
	for _, s := range shapes {
		cs = append(cs, Case{fmt.Sprint(s), []Operand{{Shape: graph.Of(s...), Draw: d}}, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{f(in[0])}
		}})
	}
	return cs
}

func binaryCases(f func(a, b *graph.Node) *graph.Node, da, db Domain) (cs []Case) {
	for _, s := range pairs {
		cs = append(cs, Case{
			fmt.Sprint(s[0], s[1]),
			[]Operand{{Shape: graph.Of(s[0]...), Draw: da}, {Shape: graph.Of(s[1]...), Draw: db}},
			func(in []*graph.Node) []*graph.Node { return []*graph.Node{f(in[0], in[1])} },
		})
	}
	return cs
}

// unaryBad: no float op takes a bool.
func unaryBad(f func(x *graph.Node) *graph.Node) []Bad {
	return []Bad{{"not bool", func(g *graph.Graph) { f(g.Input("x", graph.Bool, 2)) }}}
}

func binaryBad(f func(a, b *graph.Node) *graph.Node) []Bad {
	return []Bad{
		{"shapes [2 3] and [4] do not broadcast", func(g *graph.Graph) {
			f(g.Input("x", graph.Float32, 2, 3), g.Input("y", graph.Float32, 4))
		}},
		{"dtypes float32 and float64 differ", func(g *graph.Graph) {
			f(g.Input("x", graph.Float32, 2), g.Input("y", graph.Float64, 2))
		}},
		{"not bool", func(g *graph.Graph) { f(g.Input("x", graph.Bool, 2), g.Input("y", graph.Bool, 2)) }},
	}
}

// fillValue is the number that n is the constant of, of any shape; ok is false if it is none.
func fillValue(n *graph.Node) (v float64, ok bool) {
	for {
		switch op := n.Op().(type) {
		case graph.Fill:
			return op.Value, true
		case expand, reshape:
			n = n.In()[0]
		default:
			return 0, false
		}
	}
}

func isFill(n *graph.Node, v float64) bool {
	w, ok := fillValue(n)
	return ok && v == w
}

func isFloat(n *graph.Node) bool { return n.Dtype().Float() }
