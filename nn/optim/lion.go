package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// Lion follows the sign of a mixture of gradient and running mean, and so needs one moment (Chen et al., 2023, algorithm 2):
//
//	w = w·(1 − rate·Decay) − rate·sign(Beta1·m + (1−Beta1)·∇)    m = Beta2·m + (1−Beta2)·∇
//
// Every element moves by the rate: the paper takes rates 3 to 10 times smaller, and decays as many times larger, than for AdamW.
type Lion struct {
	params
	Beta1, Beta2, Decay float64
	m                   []*graph.State
}

// NewLion returns an optimiser with Beta1 0.9, Beta2 0.99 and the given decoupled weight decay.
func NewLion(seq iter.Seq2[string, *graph.Param], rate Rate, decay float64) *Lion {
	l := &Lion{params: newParams("lion", seq, rate), Beta1: 0.9, Beta2: 0.99, Decay: decay}
	l.m = l.perParam("m")
	return l
}

// Update assigns parameters and moments.
func (l *Lion) Update(grads []*graph.Node) {
	t, rate, ok := l.begin(grads, l.Beta1, l.Beta2)
	if !ok {
		return
	}
	g := t.Graph()
	for i, p := range l.vars {
		w, m := g.Use(p), g.Use(l.m[i])
		g.Assign(l.m[i], mix(l.Beta2, m, grads[i]))
		by := ops.Sign(mix(l.Beta1, m, grads[i]))
		g.Assign(p, ops.Sub(shrunk(w, rate, l.Decay), ops.Mul(like(rate, w), by)))
	}
}

// Minimize puts one step on the graph of loss.
func (l *Lion) Minimize(loss *graph.Node) { l.Update(l.Grads(loss)) }
