package nn_test

import (
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/exec"
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// listOf is a list of numbers among a case's attributes, as a variable's value.
func (c torchCase) listOf(name string, d graph.Dtype) graph.Buffer {
	l, ok := c.Attr[name].([]any)
	if !ok {
		panic("no list " + name + " in " + c.Name)
	}
	a := torchArray{T: "f", S: []int{len(l)}}
	for _, x := range l {
		a.V = append(a.V, torchNumber(x.(float64)))
	}
	return a.buffer(d)
}

func (c torchCase) mode() graph.Mode {
	if c.text("mode") == "evaluation" {
		return graph.Evaluation
	}
	return graph.Training
}

// inMode builds f in another mode.
func inMode(m graph.Mode, x *graph.Node, f func() *graph.Node) (y *graph.Node) {
	x.Graph().WithMode(m, func() { y = f() })
	return y
}

func TestLayersTorch(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	testTorch(t, map[string]torchRow{
		"Dense": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			opts := []nn.Option{nn.Dtype(d)}
			if !c.flag("bias") {
				opts = append(opts, nn.NoBias())
			}
			l := nn.NewDense(r, in[0].Shape().Dim(-1), in[1].Shape().Dim(1), opts...)
			return bound(l, in[1:], func() *graph.Node { return l.Forward(in[0]) })
		},
		"Flatten": plain(nn.Flatten{}.Forward),
		"MaxPool": func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.MaxPool(in[0], c.list("size")[0])
		},
		"AvgPool": func(c torchCase, _ graph.Dtype, in []*graph.Node) *graph.Node {
			return nn.AvgPool(in[0], c.list("size")[0])
		},
		"LayerNorm": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			l := nn.NewLayerNorm(in[0].Shape().Dim(-1), nn.Eps(c.num("eps")), nn.Dtype(d))
			return bound(l, in[1:], func() *graph.Node { return l.Forward(in[0]) })
		},
		"BatchNorm": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			l := nn.NewBatchNorm(in[0].Shape().Dim(1), nn.Eps(c.num("eps")), nn.Dtype(d))
			if c.mode() == graph.Evaluation {
				l.Mean.Set(c.listOf("mean", d))
				l.Var.Set(c.listOf("var", d))
			}
			return bound(l, in[1:], func() *graph.Node {
				return inMode(c.mode(), in[0], func() *graph.Node { return l.Forward(in[0]) })
			})
		},
		"GroupNorm": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			l := nn.NewGroupNorm(int(c.num("groups")), in[0].Shape().Dim(1), nn.Eps(c.num("eps")), nn.Dtype(d))
			return bound(l, in[1:], func() *graph.Node { return l.Forward(in[0]) })
		},
		"InstanceNorm": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			opts := []nn.Option{nn.Eps(c.num("eps")), nn.Dtype(d), nn.Affine(c.flag("affine"))}
			l := nn.NewInstanceNorm(in[0].Shape().Dim(1), opts...)
			if c.mode() == graph.Evaluation {
				l = nn.NewInstanceNorm(in[0].Shape().Dim(1), append(opts, nn.Tracking(true))...)
				l.Mean.Set(c.listOf("mean", d))
				l.Var.Set(c.listOf("var", d))
			}
			forward := func() *graph.Node {
				return inMode(c.mode(), in[0], func() *graph.Node { return l.Forward(in[0]) })
			}
			if !c.flag("affine") {
				return forward()
			}
			return bound(l, in[1:], forward)
		},
		"RMSNorm": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			if c.Attr["eps"] == nil { // PyTorch's is that of float64
				l := nn.NewRMSNorm(in[0].Shape().Dim(-1), nn.Dtype(d))
				if d == graph.Float32 {
					l.Eps = nn.NewRMSNorm(1, nn.Dtype(graph.Float64)).Eps
				}
				return bound(l, in[1:], func() *graph.Node { return l.Forward(ops.Scale(1e-8, in[0])) })
			}
			l := nn.NewRMSNorm(in[0].Shape().Dim(-1), nn.Eps(c.num("eps")), nn.Dtype(d))
			return bound(l, in[1:], func() *graph.Node { return l.Forward(in[0]) })
		},
		"GLU": plain(nn.GLU), "SwiGLU": plain(nn.SwiGLU), "GEGLU": plain(nn.GEGLU), "ReGLU": plain(nn.ReGLU),
		"WeightNorm": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			l, w, axis := weighted(c.In[1].S, d)
			m := nn.NewWeightNorm(l, w, axis)
			return bound(m, in[1:], func() *graph.Node { return m.Forward(in[0]) })
		},
		"SpectralNorm": func(c torchCase, d graph.Dtype, in []*graph.Node) *graph.Node {
			m := spectral(c, 1, d)
			return bound(m, in[1:], func() *graph.Node {
				return inMode(c.mode(), in[0], func() *graph.Node { return m.Forward(in[0]) })
			})
		},
	})
}

// weighted is a layer with weights of a shape, and the axis of their outputs.
func weighted(shape []int, d graph.Dtype) (l nn.Layer, w *graph.Param, axis int) {
	r := rand.New(rand.NewPCG(1, 2))
	if len(shape) == 2 {
		dense := nn.NewDense(r, shape[0], shape[1], nn.Dtype(d))
		return dense, dense.W, -1
	}
	conv := nn.NewConv1D(r, shape[1], shape[0], shape[2], nn.Dtype(d))
	if len(shape) == 4 {
		conv = nn.NewConv2D(r, shape[1], shape[0], 0, nn.Window(shape[2:]...), nn.Dtype(d))
	}
	return conv, conv.W, 0
}

// spectral is a layer with the case's singular vectors and weights like operand i.
func spectral(c torchCase, i int, d graph.Dtype) *nn.SpectralNorm {
	l, w, axis := weighted(c.In[i].S, d)
	m := nn.NewSpectralNorm(rand.New(rand.NewPCG(1, 2)), l, w, axis)
	m.U.Set(c.listOf("u", d))
	m.V.Set(c.listOf("v", d))
	return m
}

func TestInstanceNormSteps(t *testing.T) {
	testSteps(t, "InstanceNormSteps", func(c torchCase, d graph.Dtype) nn.Layer {
		return nn.NewInstanceNorm(c.In[0].S[1], nn.Momentum(c.num("momentum")), nn.Tracking(true), nn.Dtype(d))
	})
}

func TestSpectralNormSteps(t *testing.T) {
	testSteps(t, "SpectralNormSteps", func(c torchCase, d graph.Dtype) nn.Layer {
		m := spectral(c, 4, d)
		for i, p := range paramsOf(m) {
			p.Set(c.In[4+i].buffer(d))
		}
		return m
	})
}

// testSteps takes three steps in training and one in evaluation, and compares the last two results, and the states after each step.
func testSteps(t *testing.T, name string, make func(c torchCase, d graph.Dtype) nn.Layer) {
	for _, c := range torchCases(t, name) {
		for _, d := range []graph.Dtype{graph.Float64, graph.Float32} {
			l := make(c, d)
			var states []*graph.State
			for _, s := range nn.States(l) {
				states = append(states, s)
			}
			want := c.Out[2:]
			for i, mode := range []graph.Mode{graph.Training, graph.Training, graph.Training, graph.Evaluation} {
				g := graph.New(mode)
				feed := c.In[i].buffer(d)
				x := g.Placeholder("x", feed.Type)
				p, err := exec.Compile(g, exec.In(x), exec.Out(l.Forward(x)), exec.NoTrap())
				if err != nil {
					t.Errorf("%s: %v", c.Name, err)
					break
				}
				y, err := p.RunBuffers(feed)
				if err != nil {
					t.Errorf("%s: %v", c.Name, err)
					break
				}
				if i >= 2 {
					torchEqual(t, c.Name+" y "+mode.String(), y[0], c.Out[i-2], 1)
				}
				for k, s := range states {
					at := min(i, 2)*len(states) + k // evaluation changes nothing
					torchEqual(t, c.Name+" "+s.Name(), s.Value(), want[at], 1)
				}
			}
			if len(want) != 3*len(states) || len(states) == 0 {
				t.Errorf("%s: %d states in the golden, %d in the layer", c.Name, len(want), len(states))
			}
		}
	}
}

func TestBatchNormSteps(t *testing.T) {
	testSteps(t, "BatchNormSteps", func(c torchCase, d graph.Dtype) nn.Layer {
		return nn.NewBatchNorm(c.In[0].S[1], nn.Momentum(c.num("momentum")), nn.Dtype(d))
	})
}

// A teacher, or a frozen part, inside a training graph: its running statistics serve, and stay.
func TestFrozenBatchNorm(t *testing.T) {
	b := nn.NewBatchNorm(2, nn.Dtype(graph.Float64))
	b.Mean.Set(graph.BufferOf([]float64{1, 2}, 2))
	g := graph.New(graph.Training)
	x := g.Constant(graph.BufferOf([]float64{1, 2, 3, 4}, 2, 2))
	y := inMode(graph.Evaluation, x, func() *graph.Node { return b.Forward(x) })
	out, err := exec.Eval(ops.Sum(ops.Abs(ops.Sub(ops.Scale(1/(1+b.Eps), ops.Square(y)), g.Constant(graph.BufferOf([]float64{0, 0, 4, 4}, 2, 2))))))
	if err != nil {
		t.Fatal(err)
	}
	if e := out[0].Data().(float64); e > 1e-3 {
		t.Errorf("off by %v", e)
	}
	for v := range g.Assigned {
		t.Errorf("%s is assigned", v.Name())
	}
}
