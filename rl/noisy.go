package rl

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/nn"
	"github.com/kedja-ml/kedja/ops"
)

// NoisyDense is a fully connected layer whose weights have learned noise (Fortunato et al., 2018, section 3, factorised):
//
//	y = x·(W + SigmaW ∘ f(p)ᵀ·f(q)) + B + SigmaB ∘ f(q)    p ~ N(0, 1)^in, q ~ N(0, 1)^out, f(e) = sign(e)·√|e|
//
// A run of the plan draws once, for all rows. In evaluation there is no noise.
//
//	x [N, in]    W, SigmaW [in, out]    B, SigmaB [out]    y [N, out]
type NoisyDense struct{ W, B, SigmaW, SigmaB *graph.Param }

// NewNoisyDense draws W and B from U(−1/√in, 1/√in), and gives the others the value sigma/√in; the paper has sigma 0.5.
func NewNoisyDense(r *rand.Rand, in, out int, sigma float64) *NoisyDense {
	d := nn.NewDense(r, in, out)
	noise := func(name string, dims ...int) *graph.Param {
		b := graph.NewBuffer(graph.T(graph.Float32, dims...))
		for i := range graph.Data[float32](b) {
			graph.Data[float32](b)[i] = float32(sigma / math.Sqrt(float64(max(1, in))))
		}
		return graph.NewParam("noisy."+name, b)
	}
	return &NoisyDense{W: d.W, B: d.B, SigmaW: noise("SigmaW", in, out), SigmaB: noise("SigmaB", out)}
}

// Forward applies the layer.
func (d *NoisyDense) Forward(x *graph.Node) *graph.Node {
	if d.W == nil {
		return x.Graph().Fail(1, fmt.Errorf("noisy: want a layer of NewNoisyDense"))[0]
	}
	g := x.Graph()
	w, b := g.Use(d.W), g.Use(d.B)
	if g.Mode() == graph.Training {
		s := w.Shape()
		p, q := rooted(ops.Normal(g, s.Dim(0))), rooted(ops.Normal(g, s.Dim(1)))
		w = ops.Add(w, ops.Mul(g.Use(d.SigmaW), ops.Outer(p, q)))
		b = ops.Add(b, ops.Mul(g.Use(d.SigmaB), q))
	}
	return ops.Add(ops.MatMul(x, w), b)
}

// rooted is sign(e)·√|e|.
func rooted(e *graph.Node) *graph.Node { return ops.Mul(ops.Sign(e), ops.Sqrt(ops.Abs(e))) }
