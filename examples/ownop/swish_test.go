package ownop_test

import (
	"fmt"
	"testing"

	"github.com/kedja-ml/kedja/examples/ownop"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/tools/gradcheck"
	"github.com/kedja-ml/kedja/vmap"
)

func TestSwish(t *testing.T) {
	gradcheck.Check(t, func(in ...*graph.Node) *graph.Node { return ownop.Swish(in[0], 1.5) }, gradcheck.Random(2, 3))
}

func TestRowDot(t *testing.T) {
	f := func(in ...*graph.Node) *graph.Node { return ownop.RowDot(in[0], in[1]) }
	gradcheck.Check(t, f, gradcheck.Random(2, 3), gradcheck.Random(2, 3))
	gradcheck.Check(t, f, gradcheck.Random(4), gradcheck.Random(4))
	gradcheck.Check(t, f, gradcheck.Random(2, 0), gradcheck.Random(2, 0))
}

func TestRowDotRefuses(t *testing.T) {
	g := graph.New(graph.Training)
	ownop.RowDot(g.Input("a", graph.Float64, 2, 3), g.Input("b", graph.Float64, 3))
	const want = "swish_test.go:27: rowdot: a float64[2 3] · b float64[3]: want two arrays of floats of one shape [..., n]"
	if err := g.Err(); err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
}

func ExampleRowDot() {
	g := graph.New(graph.Training)
	a := g.Constant(graph.BufferOf([]float32{1, 2, 3, 4}, 2, 2))
	b := g.Constant(graph.BufferOf([]float32{10, 1, 10, 1}, 2, 2))
	one := g.Constant(graph.BufferOf([]float32{1, 1}, 2))
	// A function of one row, mapped over the rows of a; one is the same for all.
	sums := vmap.Map(func(in []*graph.Node) []*graph.Node { return []*graph.Node{ownop.RowDot(in[0], one)} }, a)
	out, err := exec.Eval(ownop.RowDot(a, b), sums[0])
	fmt.Println(out[0].Data(), out[1].Data(), err)
	// Output: [12 34] [3 7] <nil>
}
