package nn_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/kedja-ml/kedja/autodiff"
	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
	"github.com/kedja-ml/kedja/tools/gradcheck"
	"github.com/kedja-ml/kedja/vmap"
)

// Layers, and the gradients of their operand and parameters, are the same example by example as mapped.
func TestMappedLayers(t *testing.T) {
	r, d := rand.New(rand.NewPCG(1, 2)), nn.Dtype(graph.Float64)
	dense, conv := nn.NewDense(r, 4, 2, d), nn.NewConv1D(r, 2, 3, 2, d)
	for name, c := range map[string]struct {
		l nn.Layer
		x []int // of an example
	}{
		"dense":              {nn.NewDense(r, 4, 2, d), []int{3, 4}},
		"layernorm":          {nn.NewLayerNorm(4, d), []int{3, 4}},
		"rmsnorm":            {nn.NewRMSNorm(4, d), []int{3, 4}},
		"groupnorm":          {nn.NewGroupNorm(2, 4, d), []int{2, 4, 3}},
		"instancenorm":       {nn.NewInstanceNorm(2, d, nn.Affine(true)), []int{2, 2, 3}},
		"batchnorm":          {evaluated{nn.NewBatchNorm(2, d)}, []int{2, 2, 3}},
		"batchnorm, its own": {nn.NewBatchNorm(2, d, nn.Tracking(false)), []int{2, 2, 3}},
		"weightnorm":         {nn.NewWeightNorm(dense, dense.W, -1), []int{3, 4}},
		"spectralnorm":       {evaluated{nn.NewSpectralNorm(r, conv, conv.W, 0)}, []int{1, 2, 4}},
		"swiglu":             {nn.Func(nn.SwiGLU), []int{3, 4}},
		"flatten":            {nn.Flatten{}, []int{2, 2, 2}},
	} {
		g := graph.New(graph.Training)
		in := g.Constant(gradcheck.Random(append([]int{3}, c.x...)...))
		ps := paramsOf(c.l)
		all := func(in []*graph.Node) []*graph.Node {
			of := []*graph.Node{in[0]}
			for _, p := range ps {
				of = append(of, g.Use(p))
			}
			y := c.l.Forward(in[0])
			return append([]*graph.Node{y}, autodiff.Grad(ops.Sum(ops.Square(y)), of...)...)
		}
		nodes := vmap.Map(all, in)
		n := len(nodes)
		for i := range 3 {
			nodes = append(nodes, all([]*graph.Node{ops.Squeeze(ops.Slice(in, 0, i, 1), 0)})...)
		}
		out, err := exec.Eval(nodes...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for k := range n {
			whole, _ := exec.BufferOf(out[k])
			for i := range 3 {
				one, _ := exec.BufferOf(out[n*(1+i)+k])
				a, b := graph.Data[float64](whole), graph.Data[float64](one)
				for j, v := range b {
					if e := a[i*len(b)+j] - v; e > 1e-12 || e < -1e-12 {
						t.Errorf("%s: result %d of example %d is off by %v", name, k, i, e)
						break
					}
				}
			}
		}
	}
}

// Running statistics of one example of many are none: a line says so.
func TestMappedStatistics(t *testing.T) {
	for _, l := range []nn.Layer{nn.NewBatchNorm(2), nn.NewInstanceNorm(2, nn.Tracking(true))} {
		g := graph.New(graph.Training)
		vmap.Map(func(in []*graph.Node) []*graph.Node { return []*graph.Node{l.Forward(in[0])} }, g.Input("x", graph.Float32, 5, 2, 2, 3))
		if err := g.Err(); err == nil || !strings.Contains(err.Error(), "norm.Mean: a body has no side effects") || strings.Contains(err.Error(), "\n") {
			t.Error(err)
		}
	}
}
