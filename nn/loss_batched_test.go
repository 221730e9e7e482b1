package nn_test

import (
	"math"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
	"github.com/kedja-ml/kedja/vmap"
)

// Losses, pools and resizing of examples, and their gradients, are the same one by one as mapped.
func TestMapped(t *testing.T) {
	image := func(f func(x *graph.Node) *graph.Node) lossOf {
		return func(in ...*graph.Node) *graph.Node { return ops.Square(f(ops.Reshape(in[0], 1, 2, 2, 3))) }
	}
	fs := map[string]lossOf{
		"adaptiveavgpool": image(func(x *graph.Node) *graph.Node { return nn.AdaptiveAvgPool(x, 1, 2) }),
		"adaptivemaxpool": image(func(x *graph.Node) *graph.Node { return nn.AdaptiveMaxPool(x, 1, 2) }),
		"globalmaxpool":   image(nn.GlobalMaxPool),
		"resizelinear":    image(func(x *graph.Node) *graph.Node { return nn.ResizeLinear(x, false, 3, 2) }),
		"resizenearest":   image(func(x *graph.Node) *graph.Node { return nn.ResizeNearest(x, 3, 2) }),
		"upsamplenearest": image(func(x *graph.Node) *graph.Node { return nn.UpsampleNearest(x, 2) }),
		"infonce":         func(in ...*graph.Node) *graph.Node { return nn.InfoNCE(in[0], ops.Tanh(in[0]), 0.5) },
		"ntxent":          func(in ...*graph.Node) *graph.Node { return nn.NTXent(in[0], ops.Tanh(in[0]), 0.5) },
	}
	for name, f := range classLosses {
		fs[name] = f
	}
	for name, f := range fs {
		x := gradcheck.Random(2, 3, 4)
		g := graph.New(graph.Training)
		in := g.Constant(x)
		both := func(in []*graph.Node) []*graph.Node {
			y := f(in[0])
			return append([]*graph.Node{y}, autodiff.Grad(ops.Sum(y), in[0])...)
		}
		nodes := vmap.Map(both, in)
		for i := range 2 {
			nodes = append(nodes, both([]*graph.Node{ops.Squeeze(ops.Slice(in, 0, i, 1), 0)})...)
		}
		out, err := exec.Eval(nodes...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for k := range 2 {
			mapped, _ := exec.BufferOf(out[k])
			for i := range 2 {
				alone, _ := exec.BufferOf(out[2+2*i+k])
				n := alone.Len()
				for j, v := range graph.Data[float64](alone) {
					if w := graph.Data[float64](mapped)[i*n+j]; math.Abs(v-w) > 1e-12*max(1, math.Abs(v)) {
						t.Fatalf("%s, result %d of example %d: element %d is %v mapped, %v alone", name, k, i, j, w, v)
					}
				}
			}
		}
	}
}
