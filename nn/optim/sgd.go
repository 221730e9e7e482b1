package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// SGD follows the gradient, with momentum if that is not 0, as PyTorch has it:
//
//	d = ∇ + WeightDecay·w    v = Momentum·v + d    w = w − rate·v    (Nesterov: w − rate·(d + Momentum·v))
type SGD struct {
	params
	Momentum, WeightDecay float64
	Nesterov              bool
	velocity              []*graph.State
}

// NewSGD returns an optimiser of the given parameters.
func NewSGD(seq iter.Seq2[string, *graph.Param], rate Rate, momentum float64) *SGD {
	s := &SGD{params: newParams("sgd", seq, rate), Momentum: momentum}
	if momentum != 0 {
		s.velocity = s.perParam("v")
	}
	return s
}

// Update assigns parameters and velocities.
func (s *SGD) Update(grads []*graph.Node) {
	_, rate, ok := s.begin(grads)
	if !ok {
		return
	}
	g := grads[0].Graph()
	for i, p := range s.vars {
		w, d := g.Use(p), grads[i]
		if s.WeightDecay != 0 {
			d = ops.Add(d, ops.Scale(s.WeightDecay, w))
		}
		if s.velocity != nil {
			v := ops.Add(ops.Scale(s.Momentum, g.Use(s.velocity[i])), d)
			g.Assign(s.velocity[i], v)
			if s.Nesterov {
				v = ops.Add(d, ops.Scale(s.Momentum, v))
			}
			d = v
		}
		g.Assign(p, ops.Sub(w, ops.Mul(like(rate, w), d)))
	}
}

// Minimize puts one step on the graph of loss.
func (s *SGD) Minimize(loss *graph.Node) { s.Update(s.Grads(loss)) }
