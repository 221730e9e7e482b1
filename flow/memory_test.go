package flow_test

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
)

// recurrent is a net of n states of size [rows, size] and, if asked for, the gradient of its loss in its weights.
func recurrent(t *testing.T, steps, rows, size int, gradient bool, opts ...exec.Option) (*exec.Plan, []graph.Buffer) {
	g := graph.New(graph.Training)
	h, w := g.Input("h", graph.Float64, rows, size), g.Input("w", graph.Float64, size, size)
	xs := g.Input("xs", graph.Float64, steps, rows, size)
	last, ys := flow.Scan(list(h), list(xs), func(s, x []*node) (_, _ []*node) {
		h := ops.Tanh(ops.Add(ops.MatMul(s[0], w), x[0]))
		return list(h), list(h)
	})
	outs := list(ops.Add(ops.Sum(ops.Square(ys[0])), ops.Sum(last[0])))
	if gradient {
		outs = append(outs, autodiff.Grad(outs[0], h, xs, w)...)
	}
	p, err := exec.Compile(g, append(opts, exec.In(h, xs, w), exec.Out(outs...))...)
	if err != nil {
		t.Fatal(err)
	}
	return p, []graph.Buffer{gradcheck.Random(rows, size), gradcheck.Random(steps, rows, size), gradcheck.Random(size, size)}
}

// No round of a loop allocates, forward or backward, for any number of workers; nor does a branch.
func TestNoAllocation(t *testing.T) {
	for _, n := range []int{1, 2} {
		p, feed := recurrent(t, 50, 32, 64, true, exec.Workers(n))
		g := graph.New(graph.Training)
		b, x := g.Input("b", graph.Bool), g.Input("x", graph.Float64, 3)
		y := flow.Cond(b, func(in []*node) []*node { return list(ops.Tanh(in[0])) }, func(in []*node) []*node { return in }, x)[0]
		branch, err := exec.Compile(g, exec.In(b, x), exec.Out(y, autodiff.Grad(ops.Sum(y), x)[0]), exec.Workers(n))
		if err != nil {
			t.Fatal(err)
		}
		run := func() {
			_, e1 := p.RunBuffers(feed...)
			_, e2 := branch.RunBuffers(graph.BufferOf([]bool{true}), feed[0].Part(0, 3))
			if e1 != nil || e2 != nil {
				t.Fatal(e1, e2)
			}
		}
		run()
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		const runs = 100
		for range runs {
			run()
		}
		runtime.ReadMemStats(&after)
		if a := after.Mallocs - before.Mallocs; a > 2*runs { // of 10,000 rounds; the buffers of the call above are two
			t.Errorf("%d workers: %d allocations in %d runs", n, a, runs)
		}
	}
}

// steps counts the steps of a plan whose line has s in it.
func steps(p *exec.Plan, s string) (n int) {
	for line := range strings.Lines(p.String()) {
		if strings.Contains(line, s) {
			n++
		}
	}
	return n
}

// What nobody reads costs nothing: a loop that is not differentiated keeps no trace, and a tangent needs no backward loop.
func TestPruned(t *testing.T) {
	short, _ := recurrent(t, 10, 4, 8, false)
	long, _ := recurrent(t, 1000, 4, 8, false)
	ys := 990 * 4 * 8 * 8 // the loss reads these, and squares them
	if a, b := short.Cost().Arena, long.Cost().Arena; b-a > 2*ys+4096 {
		t.Errorf("an arena of %d bytes for 10 steps, of %d for 1000", a, b)
	}
	g := graph.New(graph.Training)
	h, w, v := g.Input("h", graph.Float64, 2), g.Input("w", graph.Float64, 2), g.Input("v", graph.Float64, 2)
	xs := g.Input("xs", graph.Float64, 7, 2)
	last, _ := flow.Scan(list(h, h), list(xs, xs), func(s, x []*node) (_, _ []*node) {
		return list(ops.Tanh(ops.Mul(s[0], ops.Add(w, x[0]))), ops.Add(s[1], x[1])), list(ops.Exp(s[1]))
	})
	p, err := exec.Compile(g, exec.In(h, xs, w, v), exec.Out(last[0]))
	if err != nil {
		t.Fatal(err)
	}
	if s := p.String(); steps(p, " scan ") != 1 || strings.Contains(s, "[7") && strings.Contains(s, ":float64[7 2]@") {
		t.Errorf("want one loop without results:\n%s", s)
	}
	dy := autodiff.JVP(last[:1], list(w), list(v))
	if p, err = exec.Compile(g, exec.In(h, xs, w, v), exec.Out(dy...)); err != nil {
		t.Fatal(err)
	}
	if n := steps(p, " scan "); n != 2 { // the states, then the tangents along them
		t.Errorf("a tangent takes %d loops, want 2:\n%s", n, p)
	}
}

// A backward pass multiplies twice for each product: it keeps what it needs, and makes the gradient of a weight after the loop.
func TestFlops(t *testing.T) {
	const steps, rows, size = 20, 8, 16
	one := int64(2 * steps * rows * size * size)
	forward, _ := recurrent(t, steps, rows, size, false)
	backward, _ := recurrent(t, steps, rows, size, true)
	if f, b := forward.Cost().Flops, backward.Cost().Flops; f != one || b != 3*one {
		t.Errorf("%d operations forward, want %d; %d with gradients, want %d", f, one, b, 3*one)
	}
}

// So it does in a loop in a loop: the inner one keeps what it needs in each round of the outer one. A checkpoint computes it again.
func TestNestedFlops(t *testing.T) {
	const outer, inner, rows, size = 5, 4, 3, 2
	for checkpoint, passes := range map[bool]int64{false: 3, true: 4} {
		g := graph.New(graph.Training)
		h, w := g.Input("h", graph.Float64, rows, size), g.Input("w", graph.Float64, size, size)
		xs := g.Input("xs", graph.Float64, outer, inner, rows, size)
		last, _ := flow.Scan(list(h), list(xs), func(s, x []*node) (_, _ []*node) {
			in := func(s []*node) []*node {
				last, _ := flow.Scan(s[:1], s[1:], func(s, x []*node) (_, _ []*node) {
					return list(ops.Tanh(ops.Add(ops.MatMul(s[0], w), x[0]))), nil
				})
				return last
			}
			if checkpoint {
				return autodiff.Checkpoint(in, s[0], x[0]), nil
			}
			return in(list(s[0], x[0])), nil
		})
		p, err := exec.Compile(g, exec.In(h, xs, w), exec.Out(autodiff.Grad(ops.Sum(ops.Square(last[0])), h, w)...))
		if err != nil {
			t.Fatal(err)
		}
		if f, want := p.Cost().Flops, passes*2*outer*inner*rows*size*size; f != want {
			t.Errorf("checkpoint %v: %d operations, want %d", checkpoint, f, want)
		}
	}
}

// chain is the gradient of a long recurrence, by elements or by a product, cut into pieces of which one at a time is kept, and the bytes
// it takes.
func chain(t *testing.T, steps int, product, checkpointed bool) (d float64, bytes int) {
	const size = 16
	g := graph.New(graph.Training)
	h, w := g.Input("h", graph.Float64, size, size), g.Input("w", graph.Float64, size, size)
	one := func(s []*node) []*node {
		if product {
			return list(ops.Tanh(ops.Add(ops.MatMul(s[0], w), h)))
		}
		return list(ops.Tanh(ops.Mul(s[0], w)))
	}
	root := int(math.Sqrt(float64(steps)))
	piece := func(s []*node) []*node {
		return flow.Fori(root, s, func(_ *node, s []*node) []*node { return one(s) })
	}
	last := flow.Fori(steps/root, list(h), func(_ *node, s []*node) []*node {
		if checkpointed {
			return autodiff.Checkpoint(piece, s...)
		}
		return piece(s)
	})
	if !checkpointed {
		last = flow.Fori(steps, list(h), func(_ *node, s []*node) []*node { return one(s) })
	}
	p, err := exec.Compile(g, exec.In(h, w), exec.Out(ops.Sum(autodiff.Grad(ops.Sum(last[0]), w)[0])))
	if err != nil {
		t.Fatal(err)
	}
	v := gradcheck.Random(size, size).Clone()
	for i, x := range graph.Data[float64](v) {
		graph.Data[float64](v)[i] = x / 8
	}
	out, err := p.RunBuffers(gradcheck.Random(size, size), v)
	if err != nil {
		t.Fatal(err)
	}
	return graph.Data[float64](out[0])[0], p.Cost().Arena
}

// T steps take memory of √T where pieces of √T steps are computed again, and the gradient is the same.
func TestRematerialised(t *testing.T) {
	for _, product := range []bool{false, true} {
		kept := map[bool][]int{}
		for _, n := range []int{64, 256, 1024} {
			a, full := chain(t, n, product, false)
			b, few := chain(t, n, product, true)
			if math.Abs(a-b) > 1e-9*math.Abs(a) {
				t.Errorf("%d steps: the gradient is %v, checkpointed %v", n, a, b)
			}
			kept[false], kept[true] = append(kept[false], full), append(kept[true], few)
		}
		t.Log(kept)
		for i := range 2 { // four times the steps
			if f := float64(kept[false][i+1]) / float64(kept[false][i]); f < 3.5 {
				t.Errorf("product %v: without checkpoints memory grows by %v, want 4", product, f)
			}
			if f := float64(kept[true][i+1]) / float64(kept[true][i]); f > 2.1 {
				t.Errorf("product %v: with checkpoints memory grows by %v, want at most 2", product, f)
			}
		}
	}
}

// A loop over nothing leaves the state; the same bits come out for any number of workers.
func TestEdges(t *testing.T) {
	var want string
	for _, n := range []int{1, 2, 3} {
		p, feed := recurrent(t, 9, 64, 96, true, exec.Workers(n))
		out, err := p.RunBuffers(feed...)
		if err != nil {
			t.Fatal(err)
		}
		got := fmt.Sprint(graph.Data[float64](out[0]), graph.Data[float64](out[3])[:50])
		if want == "" {
			want = got
		} else if got != want {
			t.Errorf("%d workers: %s, not %s", n, got, want)
		}
	}
	g := graph.New(graph.Training)
	h, xs := g.Input("h", graph.Float64, 2), g.Input("xs", graph.Float64, 0, 2)
	last, ys := flow.ScanReverse(list(h), list(xs), func(s, x []*node) (_, _ []*node) { return list(ops.Add(s[0], x[0])), list(x[0]) })
	p, err := exec.Compile(g, exec.In(h, xs), exec.Out(last[0], ys[0]))
	if err != nil {
		t.Fatal(err)
	}
	got, err := p.RunBuffers(graph.BufferOf([]float64{1, 2}), graph.NewBuffer(xs.Type()))
	if err != nil || fmt.Sprint(graph.Data[float64](got[0])) != "[1 2]" || got[1].Type.Shape != graph.Of(0, 2) {
		t.Error(got, err)
	}
}
