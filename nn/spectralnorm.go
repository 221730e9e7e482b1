package nn

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// SpectralNorm divides weights of a layer by their largest singular value (Miyato et al., 2018, section 2.1 and algorithm 1), so that the
// layer stretches no vector: wherever Layer uses its parameter Weight, W, it gets
//
//	W/σ,  σ = uᵀ·M·v        M [places along Axis, everything else], the matrix that W makes
//
// Axis is 0 for the filters [out, in, window…] of a convolution, −1 for the matrix [in, out] of Dense. The singular vectors u and v are
// states. Each application in training first takes Iterations steps of the power method, as PyTorch's parametrization does:
//
//	u ← M·v/max(‖M·v‖, 1e-12)    v ← Mᵀ·u/max(‖Mᵀ·u‖, 1e-12)
//
// No gradient passes through them; it does through M.
type SpectralNorm struct {
	Layer      Layer
	Weight     *graph.Param
	U, V       *graph.State
	Axis       int
	Iterations int

	bad error
}

// NewSpectralNorm wraps a layer, of which weight is a parameter with at least two axes. u and v are drawn from r and take 15 steps of the
// power method; from then on it is one an application.
//
//	l := nn.NewDense(r, 784, 128)
//	m := nn.NewSpectralNorm(r, l, l.W, -1)
func NewSpectralNorm(r *rand.Rand, l Layer, weight *graph.Param, axis int) *SpectralNorm {
	rows, err := matrix(l, weight, axis)
	if err != nil {
		return &SpectralNorm{bad: fmt.Errorf("spectralnorm: %w", err)}
	}
	u, v := versor(normal(r, len(rows), 1)), versor(normal(r, len(rows[0]), 1))
	for range 15 {
		clear(u)
		for i, row := range rows {
			for j, w := range row {
				u[i] += w * v[j]
			}
		}
		versor(u)
		clear(v)
		for i, row := range rows {
			for j, w := range row {
				v[j] += w * u[i]
			}
		}
		versor(v)
	}
	d := weight.Type().Dtype
	return &SpectralNorm{
		Layer: l, Weight: weight, Axis: axis, Iterations: 1,
		U: graph.NewState("spectralnorm.U", values(d, u, len(u))), V: graph.NewState("spectralnorm.V", values(d, v, len(v))),
	}
}

const noLength = 1e-12

// versor divides v by its norm.
func versor(v []float64) []float64 {
	n := max(norm(v), noLength)
	for i := range v {
		v[i] /= n
	}
	return v
}

// Forward applies the layer, and in training assigns u and v.
func (n *SpectralNorm) Forward(x *graph.Node) *graph.Node {
	if !x.Valid() || n.bad != nil {
		return refused(x, n.bad)
	}
	g := x.Graph()
	w := g.Use(n.Weight)
	m := ops.Flatten(ops.MoveAxis(w, n.Axis, 0), 1)
	u, v := ops.Unsqueeze(g.Use(n.U), 1), ops.Unsqueeze(g.Use(n.V), 1)
	if g.Mode() == graph.Training {
		fixed := ops.StopGradient(m)
		for range n.Iterations {
			u = direction(ops.MatMul(fixed, v))
			v = direction(ops.MatMulT(fixed, u, true, false))
		}
		g.Assign(n.U, ops.Squeeze(u, 1))
		g.Assign(n.V, ops.Squeeze(v, 1))
	}
	sigma := ops.Sum(ops.Mul(u, ops.MatMul(m, v)))
	return instead(n.Layer, x, n.Weight, ops.Div(w, sigma))
}

// direction is x/‖x‖.
func direction(x *graph.Node) *graph.Node {
	return ops.Div(x, ops.Maximum(ops.NormKeep(x, 2), ops.Like(noLength, x)))
}
