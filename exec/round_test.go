package exec_test

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Convolutions are computed in tiles as far as Rounding allows, finished or not, in a layer, its gradients and a gradient of these; what
// comes out is what float64 gives, but for rounding.
func TestRounding(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	values := make([][]float64, 3)
	for i, n := range []int{2 * 32 * 16 * 16, 40 * 32 * 9, 40} {
		for range n {
			values[i] = append(values[i], r.Float64()*2-1)
		}
	}
	run := func(d graph.Dtype, allowed graph.Rounding) (out [][]float64, plan string) {
		g := graph.New(graph.Training)
		in := []*graph.Node{g.Input("x", d, 2, 32, 16, 16), g.Input("w", d, 40, 32, 3, 3), g.Input("b", d, 40, 1, 1)}
		y := ops.ReLU(ops.Add(ops.Conv(in[0], in[1], ops.Convolution{Pad: []int{1}}), in[2]))
		grads := autodiff.Grad(ops.Mean(ops.Square(y)), in[0], in[1])
		second := autodiff.Grad(ops.Add(ops.Sum(ops.Square(grads[0])), ops.Sum(ops.Square(grads[1]))), in[0], in[1])
		outs := append([]*graph.Node{y}, append(grads, second...)...)
		p, err := exec.Compile(g, exec.In(in...), exec.Out(outs...), exec.Rounding(allowed), exec.Verify())
		if err != nil {
			t.Fatal(err)
		}
		var feed []graph.Buffer
		for i, n := range in {
			b := graph.NewBuffer(n.Type())
			for j, v := range values[i] {
				if d == graph.Float64 {
					graph.Data[float64](b)[j] = float64(float32(v))
				} else {
					graph.Data[float32](b)[j] = float32(v)
				}
			}
			feed = append(feed, b)
		}
		bufs, err := p.RunBuffers(feed...)
		if err != nil {
			t.Fatal(err)
		}
		for _, b := range bufs {
			s := make([]float64, b.Len())
			for i := range s {
				if d == graph.Float64 {
					s[i] = graph.Data[float64](b)[i]
				} else {
					s[i] = float64(graph.Data[float32](b)[i])
				}
			}
			out = append(out, s)
		}
		return out, p.String()
	}
	want, plan := run(graph.Float64, graph.Loose)
	if strings.Contains(plan, "winograd") {
		t.Errorf("float64 is computed in tiles:\n%s", plan)
	}
	for allowed, c := range map[graph.Rounding]struct {
		name, not string
		within    float64
	}{
		graph.Exact: {"conv", "winograd", 1e-5},
		graph.Close: {"winograd2", "winograd4", 1e-5},
		graph.Loose: {"winograd4", "winograd2", 1e-4},
	} {
		got, plan := run(graph.Float32, allowed)
		if !strings.Contains(plan, c.name) || strings.Contains(plan, c.not) {
			t.Errorf("rounding %d: want %q and no %q:\n%s", allowed, c.name, c.not, plan)
		}
		for i := range want {
			largest, off := 0.0, 0.0
			for j, w := range want[i] {
				largest, off = max(largest, math.Abs(w)), max(off, math.Abs(got[i][j]-w))
			}
			if !(off <= c.within*largest) {
				t.Errorf("rounding %d: output %d is off by %g of %g", allowed, i, off, largest)
			}
		}
	}
}
