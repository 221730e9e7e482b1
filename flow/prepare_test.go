package flow_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/flow"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Weights that a loop lays out once give the bits of the loop written out, forward and backward, for any number of workers.
func TestWeightsLaidOutOnce(t *testing.T) {
	for _, d := range []graph.Dtype{graph.Float32, graph.Float64} {
		for _, size := range [][2]int{{1, 40}, {5, 33}, {32, 130}} {
			var want []graph.Buffer
			for _, how := range []struct {
				looped  bool
				workers int
			}{{false, 1}, {true, 1}, {true, 2}, {true, 3}} {
				var plan strings.Builder
				got := laidOut(t, d, size[0], size[1], how.looped, how.workers, &plan)
				if want == nil {
					want = got
				}
				for i, b := range got {
					if !bytes.Equal(b.Bytes(), want[i].Bytes()) {
						t.Errorf("%v %v %v: result %d differs", d, size, how, i)
					}
				}
				steps := plan.String()[strings.LastIndex(plan.String(), "== wire"):]
				layouts := 4 // u and v, and their transposes for the gradient
				if size[0] == 1 {
					layouts = 2 // one row reads a matrix just as fast as it is, if it is not transposed
				}
				if n := strings.Count(steps, " layout "); how.looped && n != layouts || !how.looped && n > 0 {
					t.Errorf("%v %v: %d matrices laid out by the loops, want %d:\n%s", size, how, n, layouts, steps)
				}
			}
		}
	}
}

// laidOut returns a loop's results and a gradient; it does not sum over steps, for which loop and written-out steps have an order each.
func laidOut(t *testing.T, d graph.Dtype, batch, width int, looped bool, workers int, plan *strings.Builder) []graph.Buffer {
	g, r := graph.New(graph.Training), rand.New(rand.NewPCG(1, 2))
	draw := func(dims ...int) *node {
		b := graph.NewBuffer(graph.T(d, dims...))
		for i := range b.Len() {
			if d == graph.Float32 {
				graph.Data[float32](b)[i] = float32(r.NormFloat64() / 8)
			} else {
				graph.Data[float64](b)[i] = r.NormFloat64() / 8
			}
		}
		return g.Use(graph.NewParam(fmt.Sprint("x", dims), b))
	}
	s, xs, u, v, bias := draw(batch, width), draw(4, batch, width), draw(width, width), draw(width, width), draw(width)
	body := func(s, x *node) *node {
		h := ops.ReLU(ops.Add(ops.MatMul(s, u), bias))
		return ops.Tanh(ops.Add(ops.MatMulT(h, v, false, true), x))
	}
	last := s
	if looped {
		final, _ := flow.Scan(list(s), list(xs), func(s, x []*node) (_, _ []*node) { return list(body(s[0], x[0])), nil })
		last = final[0]
	} else {
		for i := range 4 {
			last = body(last, ops.Squeeze(ops.Slice(xs, 0, i, 1), 0))
		}
	}
	ds := autodiff.Grad(ops.Sum(ops.Square(last)), s, xs)
	p, err := exec.Compile(g, exec.Out(last, ds[0], ds[1]), exec.Workers(workers), exec.Explain(plan))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.RunBuffers()
	if err != nil {
		t.Fatal(err)
	}
	return out
}
