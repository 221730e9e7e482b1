package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Adadelta gives each weight the step that running means of the squares of its own gradients and steps call for (Zeiler, 2012,
// algorithm 1):
//
//	d = ∇ + WeightDecay·w    v = Rho·v + (1−Rho)·d²
//	s = d·√(u + Eps)/√(v + Eps)    u = Rho·u + (1−Rho)·s²    w = w − rate·s
//
// The paper has no rate: it is 1 there, and as PyTorch has it.
type Adadelta struct {
	params
	Rho, Eps, WeightDecay float64
	v, u                  []*graph.State
}

// NewAdadelta returns an optimiser with Rho 0.9, Eps 1e-6 and no weight decay.
func NewAdadelta(seq iter.Seq2[string, *graph.Param], rate Rate) *Adadelta {
	a := &Adadelta{params: newParams("adadelta", seq, rate), Rho: 0.9, Eps: 1e-6}
	a.v, a.u = a.perParam("v"), a.perParam("u")
	return a
}

// Update assigns parameters and both means.
func (a *Adadelta) Update(grads []*graph.Node) {
	t, rate, ok := a.begin(grads, a.Rho)
	if !ok {
		return
	}
	g := t.Graph()
	for i, p := range a.vars {
		w, u := g.Use(p), g.Use(a.u[i])
		d := decayed(grads[i], w, a.WeightDecay)
		v := mix(a.Rho, g.Use(a.v[i]), ops.Square(d))
		g.Assign(a.v[i], v)
		s := ops.Mul(d, ops.Div(ops.Sqrt(ops.Offset(u, a.Eps)), ops.Sqrt(ops.Offset(v, a.Eps))))
		g.Assign(a.u[i], mix(a.Rho, u, ops.Square(s)))
		g.Assign(p, ops.Sub(w, ops.Mul(like(rate, w), s)))
	}
}

// Minimize puts one step on the graph of loss.
func (a *Adadelta) Minimize(loss *graph.Node) { a.Update(a.Grads(loss)) }
