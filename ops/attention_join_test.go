package ops_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Attention reads the parts of one projection where they lie, and writes their cotangents side by side: the plan copies nothing, and the
// bits are those of three arrays, for any number of workers, whatever axes lead.
func TestAttentionOfAProjection(t *testing.T) {
	const length, heads, shared, width = 150, 4, 2, 8
	for _, d := range both {
		for _, lead := range [][]int{{}, {3}, {2, 3}, {1, 2}} {
			var want []graph.Buffer
			for _, how := range []struct {
				apart   bool
				workers int
			}{{true, 1}, {false, 1}, {false, 2}, {false, 3}} {
				got, plan := projected(t, d, lead, [4]int{length, heads, shared, width}, how.apart, how.workers)
				if want == nil {
					want = got
				}
				for i := range got {
					if !bytes.Equal(got[i].Bytes(), want[i].Bytes()) {
						t.Errorf("%v %v %v: result %d differs", d, lead, how, i)
					}
				}
				if !how.apart && (strings.Contains(plan, " copy ") || strings.Contains(plan, " concat ")) {
					t.Errorf("%v %v: something is copied:\n%s", d, lead, plan)
				}
			}
		}
	}
}

// projected returns attention and its gradient; apart hides from exec that queries, keys and values are parts of one array.
func projected(t *testing.T, d graph.Dtype, lead []int, size [4]int, apart bool, workers int) ([]graph.Buffer, string) {
	g := graph.New(graph.Training)
	n, h, s, w := size[0], size[1], size[2], size[3]
	x := g.Input("x", d, append(append([]int(nil), lead...), n, (h+2*s)*w)...)
	hide := func(x *graph.Node) *graph.Node {
		if !apart {
			return x
		}
		return ops.Concat(0, ops.Slice(x, 0, 0, 1), ops.Slice(x, 0, 1, x.Shape().Dim(0)-1))
	}
	parts := ops.Split(x, -1, h*w, s*w, s*w)
	in := make([]*graph.Node, 3)
	for i, p := range parts {
		r := p.Shape().Rank()
		in[i] = ops.SwapAxes(ops.ReshapeTo(hide(p), p.Shape().Cut(0, r-1).Append(graph.Of(p.Shape().Dim(-1)/w, w))), -2, -3)
	}
	y, _ := ops.Attention(in[0], in[1], in[2], ops.Attending{Causal: true})
	y = ops.SwapAxes(y, -2, -3) // as the kernel leaves it
	dy := g.Input("dy", d, y.Shape().Dims()...)
	dx := autodiff.VJP([]*graph.Node{y}, []*graph.Node{dy}, []*graph.Node{x})[0]
	var plan strings.Builder
	p, err := exec.Compile(g, exec.In(x, dy), exec.Out(y, dx), exec.Workers(workers), exec.Explain(&plan))
	if err != nil {
		t.Fatal(err)
	}
	out, err := p.RunBuffers(normal(d, 1, x.Shape().Dims()...), normal(d, 2, dy.Shape().Dims()...))
	if err != nil {
		t.Fatal(err)
	}
	steps := plan.String()
	return out, steps[strings.LastIndex(steps, "== wire"):]
}
