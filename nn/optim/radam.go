package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// RAdam is Adam whose steps are scaled by how well the second moment is known, and which follows the mean gradient alone until it is
// known at all (Liu et al., 2020, algorithm 2):
//
//	d = ∇ + WeightDecay·w    m = Beta1·m + (1−Beta1)·d    v = Beta2·v + (1−Beta2)·d²    m̂ = m/(1−Beta1ᵗ)
//	ρ∞ = 2/(1−Beta2) − 1    ρ = ρ∞ − 2t·Beta2ᵗ/(1−Beta2ᵗ)
//	r = √((ρ−4)(ρ−2)ρ∞ / ((ρ∞−4)(ρ∞−2)ρ))
//	w = w·(1 − rate·Decay) − rate·m̂·(r·√(1−Beta2ᵗ)/(√v + Eps) if ρ > 5, else 1)
//
// As PyTorch has it, the limit is 5 where the paper has 4, and Eps is added before the correction of v. WeightDecay is PyTorch's plain
// form, Decay its decoupled one.
type RAdam struct {
	params
	Beta1, Beta2, Eps, Decay, WeightDecay float64
	m, v                                  []*graph.State
}

// NewRAdam returns an optimiser with Beta1 0.9, Beta2 0.999, Eps 1e-8 and no decay.
func NewRAdam(seq iter.Seq2[string, *graph.Param], rate Rate) *RAdam {
	a := &RAdam{params: newParams("radam", seq, rate), Beta1: 0.9, Beta2: 0.999, Eps: 1e-8}
	a.m, a.v = a.perParam("m"), a.perParam("v")
	return a
}

// Update assigns parameters and moments.
func (a *RAdam) Update(grads []*graph.Node) {
	t, rate, ok := a.begin(grads, a.Beta1, a.Beta2)
	if !ok {
		return
	}
	g := t.Graph()
	mean := ops.Div(rate, correction(a.Beta1, t))
	second := correction(a.Beta2, t)
	most := 2/(1-a.Beta2) - 1
	rho := ops.Affine(-1, ops.Div(ops.Mul(ops.Scale(2, t), power(a.Beta2, t)), second), most)
	known := ops.Greater(rho, ops.Like(5, rho))
	square := ops.Scale(most/((most-4)*(most-2)), ops.Div(ops.Mul(ops.Offset(rho, -4), ops.Offset(rho, -2)), rho))
	adapted := ops.Mul(mean, ops.Sqrt(ops.Mul(second, ops.ReLU(square))))
	for i, p := range a.vars {
		w := g.Use(p)
		d := decayed(grads[i], w, a.WeightDecay)
		m := mix(a.Beta1, g.Use(a.m[i]), d)
		v := mix(a.Beta2, g.Use(a.v[i]), ops.Square(d))
		g.Assign(a.m[i], m)
		g.Assign(a.v[i], v)
		by := ops.Where(known, ops.Div(like(adapted, w), ops.Offset(ops.Sqrt(v), a.Eps)), like(mean, w))
		g.Assign(p, ops.Sub(shrunk(w, rate, a.Decay), ops.Mul(m, by)))
	}
}

// Minimize puts one step on the graph of loss.
func (a *RAdam) Minimize(loss *graph.Node) { a.Update(a.Grads(loss)) }
