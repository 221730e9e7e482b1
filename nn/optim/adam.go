package optim

import (
	"iter"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Adam follows the gradient scaled by its running moments (Kingma & Ba, 2015, algorithm 1):
//
//	m = Beta1·m + (1−Beta1)·∇    v = Beta2·v + (1−Beta2)·∇²
//	w = w − rate/(1−Beta1ᵗ) · m/(√v/√(1−Beta2ᵗ) + Eps)
//
// With Decay, w is first multiplied by 1 − rate·Decay, apart from the moments (Loshchilov & Hutter, 2019): AdamW.
type Adam struct {
	params
	Beta1, Beta2, Eps, Decay float64
	m, v                     []*graph.State
}

// NewAdam returns an optimiser with Beta1 0.9, Beta2 0.999, Eps 1e-8 and no decay.
func NewAdam(seq iter.Seq2[string, *graph.Param], rate Rate) *Adam {
	a := &Adam{params: newParams("adam", seq, rate), Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
	a.m, a.v = a.perParam("m"), a.perParam("v")
	return a
}

// NewAdamW is NewAdam with decoupled weight decay.
func NewAdamW(seq iter.Seq2[string, *graph.Param], rate Rate, decay float64) *Adam {
	a := NewAdam(seq, rate)
	a.Decay = decay
	return a
}

// Update assigns parameters and moments.
func (a *Adam) Update(grads []*graph.Node) {
	t, rate, ok := a.begin(grads)
	if !ok {
		return
	}
	g := grads[0].Graph()
	correction := func(beta float64) *graph.Node { // 1 − betaᵗ
		if beta == 0 {
			return ops.Like(1, t)
		}
		return ops.Affine(-1, ops.Exp(ops.Scale(math.Log(beta), t)), 1)
	}
	size := ops.Div(rate, correction(a.Beta1))
	second := ops.Rsqrt(correction(a.Beta2))
	shrink := ops.Affine(-a.Decay, rate, 1)
	for i, p := range a.vars {
		d, w := grads[i], g.Use(p)
		m := ops.Add(ops.Scale(a.Beta1, g.Use(a.m[i])), ops.Scale(1-a.Beta1, d))
		v := ops.Add(ops.Scale(a.Beta2, g.Use(a.v[i])), ops.Scale(1-a.Beta2, ops.Square(d)))
		g.Assign(a.m[i], m)
		g.Assign(a.v[i], v)
		by := ops.Div(m, ops.Offset(ops.Mul(ops.Sqrt(v), like(second, w)), a.Eps))
		if a.Decay != 0 {
			w = ops.Mul(like(shrink, w), w)
		}
		g.Assign(p, ops.Sub(w, ops.Mul(like(size, w), by)))
	}
}

// Minimize puts one step on the graph of loss.
func (a *Adam) Minimize(loss *graph.Node) { a.Update(a.Grads(loss)) }
