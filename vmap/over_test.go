package vmap_test

import (
	"math"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
	"github.com/kedja-ml/kedja/vmap"
)

func ExampleOver() {
	g := graph.New(graph.Training)
	x := g.Constant(graph.BufferOf([]float64{3, 0, 1, 4, 2, 1}, 2, 3))
	origin := g.Constant(graph.BufferOf([]float64{0, 0}, 2))
	show(vmap.Over(distance, []int{1, vmap.None}, x, origin)...) // of the columns
	// Output: [5 2 1.4142135623730951]
}

// equal computes both and compares them.
func equal(t *testing.T, what string, g *graph.Graph, in []*node, got, want *node, feed ...graph.Buffer) {
	t.Helper()
	p, err := exec.Compile(g, exec.In(in...), exec.Out(got, want))
	if err != nil {
		t.Fatal(what, err)
	}
	out, err := p.RunBuffers(feed...)
	if err != nil {
		t.Fatal(what, err)
	}
	if out[0].Type != out[1].Type {
		t.Fatalf("%s: %v, want %v", what, out[0].Type, out[1].Type)
	}
	for i, w := range graph.Data[float64](out[1]) {
		if v := graph.Data[float64](out[0])[i]; math.Abs(v-w) > 1e-12*max(1, math.Abs(w)) {
			t.Fatalf("%s: element %d is %v, want %v", what, i, v, w)
		}
	}
}

// Along each axis, from the front and from the end, Over is Map of what is transposed by hand; axes that are not there are refused.
func TestOver(t *testing.T) {
	f := func(in []*node) []*node { return []*node{ops.Tanh(ops.MatMul(in[0], in[1]))} }
	for axis := -3; axis < 3; axis++ {
		g := graph.New(graph.Training)
		x, w := g.Input("x", graph.Float64, 3, 3, 3), g.Input("w", graph.Float64, 3, 2)
		var rows []*node
		for i := range 3 {
			at := (axis + 3) % 3
			rows = append(rows, f([]*node{ops.Squeeze(ops.Slice(x, at, i, 1), at), w})[0])
		}
		got := vmap.Over(f, []int{axis, vmap.None}, x, w)[0]
		equal(t, "over", g, []*node{x, w}, got, ops.Stack(0, rows...), gradcheck.Random(3, 3, 3), gradcheck.Random(3, 2))
	}
	for want, axes := range map[string][]int{"axis": {3, vmap.None}, "no operand is mapped": {vmap.None, vmap.None}, "has 4 rows, w has 3": {2, 0}} {
		g := graph.New(graph.Training)
		vmap.Over(f, axes, g.Input("x", graph.Float64, 2, 3, 4), g.Input("w", graph.Float64, 3, 2))
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "over_test.go:") {
			t.Errorf("%v, want %q", err, want)
		}
	}
}

// net is a small net whose weights are nodes.
func net(x, w, v *node) *node { return ops.MatMul(ops.Tanh(ops.MatMul(x, w)), v) }

// An ensemble: nets of stacked weights on one batch, and the gradient of each in its own weights, are those of each net alone.
func TestEnsemble(t *testing.T) {
	g := graph.New(graph.Training)
	x, w, v := g.Input("x", graph.Float64, 5, 3), g.Input("w", graph.Float64, 4, 3, 2), g.Input("v", graph.Float64, 4, 2, 1)
	p, q := graph.NewParam("w", gradcheck.Random(3, 2)), graph.NewParam("v", gradcheck.Random(2, 1))
	train := func(in []*node) (out []*node) { // the model reads parameters; With gives each member its own
		g.With(map[graph.Var]*node{p: in[0], q: in[1]}, func() {
			y := net(x, g.Use(p), g.Use(q))
			out = append(autodiff.Grad(ops.Sum(ops.Square(y)), g.Use(p), g.Use(q)), y)
		})
		return out
	}
	all := vmap.Map(train, w, v)
	alone := make([][]*node, 3)
	for i := range 4 {
		for k, n := range train([]*node{ops.Squeeze(ops.Slice(w, 0, i, 1), 0), ops.Squeeze(ops.Slice(v, 0, i, 1), 0)}) {
			alone[k] = append(alone[k], n)
		}
	}
	for k, what := range []string{"gradient of w", "gradient of v", "values"} {
		equal(t, what, g, []*node{x, w, v}, all[k], ops.Stack(0, alone[k]...), gradcheck.Random(5, 3), gradcheck.Random(4, 3, 2), gradcheck.Random(4, 2, 1))
	}
}

// Jacobians and Hessians of each row at once are those of each row.
func TestBatchedJacobians(t *testing.T) {
	f := func(x *node) *node { return ops.Mul(ops.Sin(x), ops.Sum(ops.Square(x))) }
	for what, d := range map[string]func(x *node) *node{
		"Jacobian": func(x *node) *node { return autodiff.Jacobian(f(x), x)[0] },
		"Hessian":  func(x *node) *node { return autodiff.Hessian(ops.Sum(f(x)), x)[0][0] },
	} {
		g := graph.New(graph.Training)
		x := g.Input("x", graph.Float64, 4, 3)
		var rows []*node
		for i := range 4 {
			rows = append(rows, d(ops.Squeeze(ops.Slice(x, 0, i, 1), 0)))
		}
		got := vmap.Map(func(in []*node) []*node { return []*node{d(in[0])} }, x)[0]
		equal(t, what, g, []*node{x}, got, ops.Stack(0, rows...), gradcheck.Random(4, 3))
	}
}

// Maps nest, with derivatives inside, between and outside: the map of a map is that over both axes, and differences agree.
func TestNested(t *testing.T) {
	inner := func(x, w *node) *node { // the gradient inside
		return autodiff.Grad(ops.Sum(ops.Sin(ops.MatMul(ops.Unsqueeze(x, 0), w))), x)[0]
	}
	between := func(xs, w *node) *node { // of the square of all of a row's, in w
		each := vmap.Map(func(in []*node) []*node { return []*node{inner(in[0], w)} }, xs)[0]
		return autodiff.Grad(ops.Sum(ops.Square(each)), w)[0]
	}
	g := graph.New(graph.Training)
	x, w := g.Input("x", graph.Float64, 2, 4, 3), g.Input("w", graph.Float64, 3, 2)
	var rows []*node
	for i := range 2 {
		rows = append(rows, between(ops.Squeeze(ops.Slice(x, 0, i, 1), 0), w))
	}
	got := vmap.Map(func(in []*node) []*node { return []*node{between(in[0], w)} }, x)[0]
	equal(t, "nested", g, []*node{x, w}, got, ops.Stack(0, rows...), gradcheck.Random(2, 4, 3), gradcheck.Random(3, 2))
	gradcheck.Check(t, func(in ...*node) *node { // and outside
		return vmap.Map(func(row []*node) []*node { return []*node{between(row[0], in[1])} }, in[0])[0]
	}, gradcheck.Random(2, 2, 3), gradcheck.Random(3, 2))
}
