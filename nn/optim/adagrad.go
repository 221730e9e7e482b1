package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Adagrad divides the gradient by the root of the sum of its squares so far (Duchi, Hazan & Singer, 2011, figure 1, diagonal form):
//
//	d = ∇ + WeightDecay·w    v = v + d²    w = w − rate/(1 + (t−1)·RateDecay) · d/(√(Initial + v) + Eps)
//
// As PyTorch has it, Eps is outside the root and t counts from 1.
type Adagrad struct {
	params
	Eps, Initial, RateDecay, WeightDecay float64
	v                                    []*graph.State
}

// NewAdagrad returns an optimiser with Eps 1e-10, starting sums of 0, and no decay of rate or weights.
func NewAdagrad(seq iter.Seq2[string, *graph.Param], rate Rate) *Adagrad {
	a := &Adagrad{params: newParams("adagrad", seq, rate), Eps: 1e-10}
	a.v = a.perParam("v")
	return a
}

// Update assigns parameters and sums.
func (a *Adagrad) Update(grads []*graph.Node) {
	t, rate, ok := a.begin(grads)
	if !ok {
		return
	}
	g := t.Graph()
	if a.RateDecay != 0 {
		rate = ops.Div(rate, ops.Affine(a.RateDecay, t, 1-a.RateDecay))
	}
	for i, p := range a.vars {
		w := g.Use(p)
		d := decayed(grads[i], w, a.WeightDecay)
		v := ops.Add(g.Use(a.v[i]), ops.Square(d))
		g.Assign(a.v[i], v)
		by := ops.Div(d, ops.Offset(ops.Sqrt(ops.Offset(v, a.Initial)), a.Eps))
		g.Assign(p, ops.Sub(w, ops.Mul(like(rate, w), by)))
	}
}

// Minimize puts one step on the graph of loss.
func (a *Adagrad) Minimize(loss *graph.Node) { a.Update(a.Grads(loss)) }
