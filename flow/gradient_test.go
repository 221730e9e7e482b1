package flow_test

import (
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
	"github.com/kedja-ml/kedja/vmap"
)

// The gradient of a scan is a scan, to third order: with captured values, with a result at each step, with a gradient taken in the body.
func TestScanOrders(t *testing.T) {
	gradcheck.CheckOrder(t, 3, func(x ...*node) *node {
		last, ys := flow.Scan(x[:1], x[1:2], func(s, t []*node) (next, y []*node) {
			h := ops.Tanh(ops.Add(ops.MatMul(s[0], x[2]), t[0]))
			return []*node{h}, []*node{ops.Mul(h, s[0])}
		})
		return ops.Add(last[0], ops.Sum(ys[0], 0))
	}, gradcheck.Random(1, 2), gradcheck.Random(3, 1, 2), gradcheck.Random(2, 2))
	gradcheck.CheckOrder(t, 3, func(x ...*node) *node {
		last, _ := flow.Scan(x[:1], x[1:2], func(s, t []*node) (next, y []*node) {
			energy := ops.Sum(ops.Tanh(ops.Mul(s[0], ops.Add(ops.Square(x[2]), t[0]))))
			d := autodiff.Grad(energy, s[0], x[2]) // x[2] is outside the body, and enters through a hoisted square
			return []*node{ops.Add(s[0], ops.Mul(d[0], d[1]))}, nil
		})
		return last[0]
	}, gradcheck.Random(2), gradcheck.Random(2, 2), gradcheck.Random(2))
}

func TestCondOrders(t *testing.T) {
	gradcheck.CheckOrder(t, 3, func(x ...*node) *node {
		g := x[0].Graph()
		f := func(in []*node) []*node { return []*node{ops.Mul(ops.Tanh(in[0]), x[1])} }
		k := func(in []*node) []*node { return []*node{ops.Square(in[0])} }
		yes, no := g.Fill(1, graph.T(graph.Bool)), g.Fill(0, graph.T(graph.Bool))
		return ops.Add(flow.Cond(yes, f, k, x[0])[0], flow.Cond(no, f, k, x[0])[0])
	}, gradcheck.Random(3), gradcheck.Random(3))
}

// A loop that is mapped over rows is the loop of each row, and differentiable.
func TestScanBatched(t *testing.T) {
	gradcheck.CheckOrder(t, 2, func(x ...*node) *node {
		loop := func(in []*node) []*node {
			last, ys := flow.Scan(in[:1], in[1:2], func(s, t []*node) (next, y []*node) {
				h := ops.Tanh(ops.Add(ops.Mul(s[0], x[2]), t[0]))
				return []*node{h}, []*node{ops.Square(h)}
			})
			return []*node{ops.Add(last[0], ops.Sum(ys[0], 0))}
		}
		mapped := vmap.Map(loop, x[0], x[1])[0]
		y := mapped
		for r := range 3 {
			alone := loop([]*node{ops.Reshape(ops.Slice(x[0], 0, r, 1), 2), ops.Reshape(ops.Slice(x[1], 0, r, 1), 4, 2)})[0]
			row := ops.Reshape(ops.Slice(mapped, 0, r, 1), 2)
			y = ops.Add(y, ops.Scale(1e3, ops.Sub(row, alone))) // what should be nothing, made plain
		}
		return y
	}, gradcheck.Random(3, 2), gradcheck.Random(3, 4, 2), gradcheck.Random(2))
}

// A branch that all rows take stays one, in its derivative too; branches of constants are chosen by row.
func TestCondBatched(t *testing.T) {
	gradcheck.CheckOrder(t, 2, func(x ...*node) *node {
		g := x[0].Graph()
		y := ops.Like(0, x[0])
		for v := range 2 {
			pick := g.Fill(float64(v), graph.T(graph.Bool))
			loop := func(in []*node) []*node {
				yes := func(in []*node) []*node { return []*node{ops.Mul(ops.Tanh(in[0]), x[1])} }
				return flow.Cond(pick, yes, func([]*node) []*node { return []*node{x[1]} }, in[0])
			}
			mapped := vmap.Map(loop, x[0])[0]
			y = ops.Add(y, mapped)
			for r := range 3 {
				off := ops.Sub(ops.Slice(mapped, 0, r, 1), loop([]*node{ops.Slice(x[0], 0, r, 1)})[0])
				y = ops.Add(y, ops.Scale(1e3, off)) // what should be nothing, made plain
			}
		}
		return y
	}, gradcheck.Random(3, 2), gradcheck.Random(1, 2))
	g := graph.New(graph.Evaluation)
	p := g.Input("p", graph.Bool, 3)
	constant := func(v float64) func([]*node) []*node {
		return func([]*node) []*node { return []*node{g.Fill(v, graph.T(graph.Float64, 2))} }
	}
	y := vmap.Map(func(in []*node) []*node { return flow.Cond(in[0], constant(1), constant(2)) }, p)[0]
	plan, err := exec.Compile(g, exec.In(p), exec.Out(y))
	if err != nil {
		t.Fatal(err)
	}
	out, err := plan.RunBuffers(graph.BufferOf([]bool{true, false, true}))
	if err != nil || !slices.Equal(graph.Data[float64](out[0]), []float64{1, 1, 2, 2, 1, 1}) {
		t.Error(out, err)
	}
}
