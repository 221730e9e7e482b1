package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// NAdam is Adam with Nesterov's momentum (Dozat, 2016, algorithm 2, with the momentum's schedule of its section 3):
//
//	d = ∇ + WeightDecay·w    μₜ = Beta1·(1 − ½·0.96^(t·MomentumDecay))    Π = μ₁·…·μₜ
//	m = Beta1·m + (1−Beta1)·d    v = Beta2·v + (1−Beta2)·d²
//	w = w·(1 − rate·Decay) − rate · ((1−μₜ)/(1−Π)·d + μₜ₊₁/(1−Π·μₜ₊₁)·m) / (√(v/(1−Beta2ᵗ)) + Eps)
//
// As PyTorch has it, m is mixed by Beta1 and not by μₜ. WeightDecay is PyTorch's plain form, Decay its decoupled one.
type NAdam struct {
	params
	Beta1, Beta2, Eps, MomentumDecay, Decay, WeightDecay float64
	m, v                                                 []*graph.State
	product                                              *graph.State
}

// NewNAdam returns an optimiser with Beta1 0.9, Beta2 0.999, Eps 1e-8, MomentumDecay 0.004 and no decay of weights.
func NewNAdam(seq iter.Seq2[string, *graph.Param], rate Rate) *NAdam {
	a := &NAdam{params: newParams("nadam", seq, rate), Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, MomentumDecay: 0.004}
	a.product = a.state("product", graph.BufferOf([]float64{1}))
	a.m, a.v = a.perParam("m"), a.perParam("v")
	return a
}

// Update assigns parameters, moments and the product of momenta.
func (a *NAdam) Update(grads []*graph.Node) {
	t, rate, ok := a.begin(grads, a.Beta1, a.Beta2)
	if !ok {
		return
	}
	g := t.Graph()
	momentum := func(t *graph.Node) *graph.Node {
		return ops.Affine(-0.5*a.Beta1, power(0.96, ops.Scale(a.MomentumDecay, t)), a.Beta1)
	}
	now, next := momentum(t), momentum(ops.Offset(t, 1))
	product := ops.Mul(g.Use(a.product), now)
	g.Assign(a.product, product)
	onGradient := ops.Div(ops.Mul(rate, ops.Affine(-1, now, 1)), ops.Affine(-1, product, 1))
	onMoment := ops.Div(ops.Mul(rate, next), ops.Affine(-1, ops.Mul(product, next), 1))
	second := ops.Rsqrt(correction(a.Beta2, t))
	for i, p := range a.vars {
		w := g.Use(p)
		d := decayed(grads[i], w, a.WeightDecay)
		m := mix(a.Beta1, g.Use(a.m[i]), d)
		v := mix(a.Beta2, g.Use(a.v[i]), ops.Square(d))
		g.Assign(a.m[i], m)
		g.Assign(a.v[i], v)
		step := ops.Add(ops.Mul(like(onGradient, w), d), ops.Mul(like(onMoment, w), m))
		by := ops.Offset(ops.Mul(ops.Sqrt(v), like(second, w)), a.Eps)
		g.Assign(p, ops.Sub(shrunk(w, rate, a.Decay), ops.Div(step, by)))
	}
}

// Minimize puts one step on the graph of loss.
func (a *NAdam) Minimize(loss *graph.Node) { a.Update(a.Grads(loss)) }
