package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Adam follows the gradient scaled by its running moments (Kingma & Ba, 2015, algorithm 1):
//
//	d = ∇ + WeightDecay·w
//	m = Beta1·m + (1−Beta1)·d    v = Beta2·v + (1−Beta2)·d²
//	w = w·(1 − rate·Decay) − rate/(1−Beta1ᵗ) · m/(√v/√(1−Beta2ᵗ) + Eps)
//
// WeightDecay is Adam's of PyTorch; Decay is apart from the moments (Loshchilov & Hutter, 2019): AdamW. As PyTorch has it, Eps is
// added after the correction of v, and Decay is multiplied by the rate.
type Adam struct {
	params
	Beta1, Beta2, Eps, Decay, WeightDecay float64
	m, v                                  []*graph.State
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
	t, rate, ok := a.begin(grads, a.Beta1, a.Beta2)
	if !ok {
		return
	}
	g := t.Graph()
	size := ops.Div(rate, correction(a.Beta1, t))
	second := ops.Rsqrt(correction(a.Beta2, t))
	for i, p := range a.vars {
		w := g.Use(p)
		d := decayed(grads[i], w, a.WeightDecay)
		next, m, v := ops.AdamUpdate(shrunk(w, rate, a.Decay), g.Use(a.m[i]), g.Use(a.v[i]), d, like(size, w), like(second, w), a.Beta1, a.Beta2, a.Eps)
		g.Assign(a.m[i], m)
		g.Assign(a.v[i], v)
		g.Assign(p, next)
	}
}

// Minimize puts one step on the graph of loss.
func (a *Adam) Minimize(loss *graph.Node) { a.Update(a.Grads(loss)) }
