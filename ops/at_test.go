package ops_test

import (
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

// At counts from either end, along any axis, and carries a gradient; a place that is not there is an error.
func TestAt(t *testing.T) {
	gradcheck.Check(t, func(in ...*graph.Node) *graph.Node { return ops.Square(ops.At(in[0], 1, -2)) }, gradcheck.Random(2, 3, 2))
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 2, 3, 4)
	for _, c := range []struct {
		axis, i int
		same    *graph.Node
	}{
		{0, 1, ops.Squeeze(ops.Slice(x, 0, 1, 1), 0)},
		{-1, 0, ops.Squeeze(ops.Slice(x, 2, 0, 1), 2)},
		{1, -3, ops.Squeeze(ops.Slice(x, 1, 0, 1), 1)},
	} {
		if y := ops.At(x, c.axis, c.i); y != c.same {
			t.Errorf("axis %d, number %d: %v", c.axis, c.i, y)
		}
	}
	for want, f := range map[string]func(x *graph.Node) *graph.Node{
		"at x [2 3]: no number 3 among the 3 of axis 1":   func(x *graph.Node) *graph.Node { return ops.At(x, 1, 3) },
		"at x [2 3]: no number -3 among the 2 of axis -2": func(x *graph.Node) *graph.Node { return ops.At(x, -2, -3) },
		"at x [2 3]: no axis 2":                           func(x *graph.Node) *graph.Node { return ops.At(x, 2, 0) },
	} {
		g := graph.New(graph.Training)
		y := f(g.Input("x", graph.Float32, 2, 3))
		if err := g.Err(); y.Valid() || err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
}
