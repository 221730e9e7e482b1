package ops

import (
	"fmt"
	"math/rand/v2"

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

// A Domain draws n values.
type Domain func(r *rand.Rand, n int) []float64

// Bad is a use that must be refused. Want is part of the error.
type Bad struct {
	Want string
	F    func(g *graph.Graph)
}

// between draws from [lo, hi).
func between(lo, hi float64) Domain {
	return func(r *rand.Rand, n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = lo + (hi-lo)*r.Float64()
		}
		return v
	}
}

// Real draws from [−2, 2).
func Real(r *rand.Rand, n int) []float64 { return between(-2, 2)(r, n) }

// Positive draws from [0.3, 2.3).
func Positive(r *rand.Rand, n int) []float64 { return between(0.3, 2.3)(r, n) }

// Nonzero draws values with 0.3 ≤ |v| < 2.3: away from a kink or a pole at 0.
func Nonzero(r *rand.Rand, n int) []float64 {
	v := Positive(r, n)
	for i := range v {
		if r.IntN(2) == 0 {
			v[i] = -v[i]
		}
	}
	return v
}

// Apart draws values that differ from each other, and from 0, by at least 0.01: no ties for maxima and minima.
func Apart(r *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i, k := range r.Perm(n) {
		v[i] = (float64(k) - float64(n)/2 + 0.37) * max(0.05, 4/float64(n+1))
	}
	return v
}

// near draws values within 0.1 of the given ones.
func near(levels ...float64) Domain {
	return func(r *rand.Rand, n int) []float64 {
		v := between(-0.1, 0.1)(r, n)
		for i := range v {
			v[i] += levels[r.IntN(len(levels))]
		}
		return v
	}
}

// Index draws whole numbers from [0, n).
func Index(limit int) Domain {
	return func(r *rand.Rand, n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = float64(r.IntN(limit))
		}
		return v
	}
}

// shapes are the sizes that every pointwise op is checked at: ranks 0 to 5, sizes 0 and 1, odd lengths.
var shapes = [][]int{
	{},
	{0},
	{1},
	{2},
	{3},
	{5},
	{7},
	{8},
	{9},
	{17},
	{33},
	{1, 1},
	{1, 4},
	{4, 1},
	{2, 3},
	{3, 5},
	{0, 3},
	{3, 0},
	{2, 3, 2},
	{1, 3, 1},
	{3, 1, 2},
	{2, 0, 2},
	{2, 2, 2, 2},
	{1, 2, 1, 3},
	{3, 2, 1, 1},
	{1, 1, 1, 1, 1},
	{2, 1, 2, 1, 2},
	{1, 2, 2, 1, 3},
	{6, 2},
	{2, 9},
	{13},
}

// pairs are the operands that every binary op is checked at: broadcasting each way.
var pairs = [][2][]int{
	{{}, {}},
	{{1}, {1}},
	{{3}, {3}},
	{{0}, {0}},
	{{5}, {}},
	{{}, {5}},
	{{4}, {1}},
	{{1}, {4}},
	{{2, 3}, {2, 3}},
	{{2, 3}, {3}},
	{{3}, {2, 3}},
	{{2, 3}, {2, 1}},
	{{2, 1}, {2, 3}},
	{{2, 3}, {1, 3}},
	{{2, 1}, {1, 3}},
	{{1, 3}, {2, 1}},
	{{2, 3}, {}},
	{{}, {2, 3}},
	{{0, 3}, {3}},
	{{3, 0}, {1}},
	{{2, 3, 2}, {3, 1}},
	{{3, 1}, {2, 3, 2}},
	{{2, 1, 2}, {3, 1}},
	{{4, 1, 3}, {1, 2, 1}},
	{{2, 2, 2, 2}, {2, 2}},
	{{1, 2, 1, 2}, {2, 1, 2, 1}},
	{{2, 1, 2, 1, 2}, {1, 2, 1, 2, 1}},
	{{2, 1, 1, 1, 2}, {3, 1}},
	{{17}, {17}},
	{{9, 2}, {2}},
	{{1, 1}, {4, 3}},
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
