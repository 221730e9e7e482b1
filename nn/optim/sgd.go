package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// SGD follows the gradient, with momentum if that is not 0, as PyTorch has it (Sutskever et al., 2013, but for the place of the
// rate):
//
//	d = ∇ + WeightDecay·w    v = Momentum·v + (1−Dampening)·d    w = w − rate·v    (Nesterov: w − rate·(d + Momentum·v))
//
// The first step takes v = d, undamped.
type SGD struct {
	params
	Momentum, Dampening, WeightDecay float64
	Nesterov                         bool
	velocity                         []*graph.State
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
	t, rate, ok := s.begin(grads)
	if !ok {
		return
	}
	g := t.Graph()
	var share *graph.Node
	if s.Dampening != 0 {
		share = ops.Where(ops.Equal(t, ops.Like(1, t)), ops.Like(1, t), ops.Like(1-s.Dampening, t))
	}
	for i, p := range s.vars {
		w := g.Use(p)
		d := decayed(grads[i], w, s.WeightDecay)
		if s.velocity != nil {
			v := d
			if share != nil {
				v = ops.Mul(like(share, w), d)
			}
			v = ops.Add(ops.Scale(s.Momentum, g.Use(s.velocity[i])), v)
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
