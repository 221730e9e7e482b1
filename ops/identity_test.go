package ops_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/vmap"
)

func TestIdentities(t *testing.T) {
	tap := func(x *graph.Node) *graph.Node { return ops.Tap(x, func(graph.Buffer) {}) }
	for _, f := range []func(*graph.Node) *graph.Node{ops.StopGradient, ops.Barrier, tap} {
		for d := graph.Float32; d <= graph.Bool; d++ {
			check(t, "identity", d, unary(f), row{0, 0}, row{1, 1})
			mapped := unary(func(x *graph.Node) *graph.Node {
				return vmap.Map(func(in []*graph.Node) []*graph.Node { return []*graph.Node{f(in[0])} }, x)[0]
			})
			check(t, "identity of rows", d, mapped, row{0, 0}, row{1, 1})
		}
		checkFloat(t, "identity", unary(f), row{nan, nan}, row{zero, zero}, row{-inf, -inf})
		got := run(t, unary(func(x *graph.Node) *graph.Node { return f(ops.Expand(x, 2, 3)) }), buffer(graph.Float32, []float64{1, 2, 3}, 3))
		if !slices.Equal(got, []float64{1, 2, 3, 1, 2, 3}) {
			t.Errorf("of a view: %v", got)
		}
		g := graph.New(graph.Training)
		if y := f(g.Failf("failed")); y.Valid() {
			t.Error("the identity of a failed node is not failed")
		}
	}
	cube := func(f func(*graph.Node) *graph.Node) build {
		return unary(func(x *graph.Node) *graph.Node { return ops.Mul(f(ops.Square(x)), x) })
	}
	derives(t, "barrier", cube(ops.Barrier), []float64{-1, 2}, 4)
	derives(t, "tap", cube(tap), []float64{-1, 2}, 4)
	checkFloat(t, "slope of stop(x²)·x", slope(cube(ops.StopGradient), 0), row{2, 4}, row{-3, 9})
	checkFloat(t, "second slope of stop(x²)·x", slope(slope(cube(ops.StopGradient), 0), 0), row{2, 0}, row{-3, 0})
}

func TestBarrierIsNotMerged(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 2)
	y, stopped, barrier := ops.Exp(x), ops.StopGradient(x), ops.Barrier(x)
	if ops.Exp(x) != y || ops.StopGradient(x) != stopped {
		t.Error("equal applications are two nodes")
	}
	if ops.Barrier(x) == barrier || ops.Exp(ops.Barrier(x)) == ops.Exp(x) {
		t.Error("barriers are merged")
	}
	p, err := exec.Compile(g, exec.In(x), exec.Out(ops.Exp(x), ops.Exp(ops.Barrier(x))))
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(p.String(), "exp"); n != 2 {
		t.Errorf("exp runs %d times, not twice:\n%s", n, p)
	}
}

func TestStopGradientPartsNoChain(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 2)
	p, err := exec.Compile(g, exec.In(x), exec.Out(ops.Exp(ops.StopGradient(ops.Square(x)))))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(p.String(), "square·exp") {
		t.Errorf("square and exp are apart:\n%s", p)
	}
}

func TestTap(t *testing.T) {
	g := graph.New(graph.Training)
	x := g.Input("x", graph.Float32, 2, 3)
	var seen []graph.Buffer
	record := func(b graph.Buffer) { seen = append(seen, b.Clone()) }
	if tap := ops.Tap(x, record); ops.Tap(x, record) == tap {
		t.Error("taps are merged")
	}
	p, err := exec.Compile(g, exec.In(x), exec.Out(ops.Sum(ops.Tap(ops.Square(x), record))))
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := p.Run([]float32{1, 2, 3, 4, 5, 6}); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 2 || seen[1].Type != graph.T(graph.Float32, 2, 3) || !slices.Equal(floats(seen[1]), []float64{1, 4, 9, 16, 25, 36}) {
		t.Errorf("seen: %v", seen)
	}

	// A cotangent can be tapped, too, and rows are seen at once.
	y := ops.Tap(ops.Square(x), record)
	dy := ops.Tap(autodiff.Grad(ops.Sum(y), y)[0], func(b graph.Buffer) { seen = append(seen, b.Clone()) })
	rows := vmap.Map(func(in []*graph.Node) []*graph.Node { return []*graph.Node{ops.Tap(in[0], record)} }, x)[0]
	if p, err = exec.Compile(g, exec.In(x), exec.Out(dy, rows)); err != nil {
		t.Fatal(err)
	}
	seen = nil
	if _, err := p.Run([]float32{1, 2, 3, 4, 5, 6}); err != nil {
		t.Fatal(err)
	}
	if len(seen) != 2 || seen[0].Len() != 6 || seen[1].Len() != 6 || floats(seen[0])[0] != 1 {
		t.Errorf("seen: %v", seen)
	}
}

// A panic in a user's function is an error of the run that names the tap.
func TestTapPanics(t *testing.T) {
	_, err := try(unary(func(x *graph.Node) *graph.Node {
		return ops.Tap(x, func(graph.Buffer) { panic("of the user's") })
	}), buffer(graph.Float32, []float64{1}, 1))
	if err == nil || !strings.Contains(err.Error(), "tap") || !strings.Contains(err.Error(), "of the user's") {
		t.Error(err)
	}
}
