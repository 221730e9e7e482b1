package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// RMSProp divides the gradient by the root of a running mean of its squares (Hinton, 2012, lecture 6e), less the square of its
// running mean if it is centred (Graves, 2013, section 4.2):
//
//	d = ∇ + WeightDecay·w
//	v = Alpha·v + (1−Alpha)·d²    m = Alpha·m + (1−Alpha)·d
//	u = Momentum·u + d/(√(v − m²) + Eps)    w = w − rate·u
//
// Without centring m is 0. As PyTorch has it, Eps is outside the root and the rate outside the momentum. A variance that rounding
// has made negative counts as 0, where PyTorch's is NaN.
type RMSProp struct {
	params
	Alpha, Eps, Momentum, WeightDecay float64
	v, m, u                           []*graph.State
}

// NewRMSProp returns an optimiser with Alpha 0.99, Eps 1e-8 and no weight decay.
func NewRMSProp(seq iter.Seq2[string, *graph.Param], rate Rate, momentum float64, centred bool) *RMSProp {
	r := &RMSProp{params: newParams("rmsprop", seq, rate), Alpha: 0.99, Eps: 1e-8, Momentum: momentum}
	r.v = r.perParam("v")
	if centred {
		r.m = r.perParam("m")
	}
	if momentum != 0 {
		r.u = r.perParam("u")
	}
	return r
}

// Update assigns parameters, moments and momentum.
func (r *RMSProp) Update(grads []*graph.Node) {
	t, rate, ok := r.begin(grads, r.Alpha)
	if !ok {
		return
	}
	g := t.Graph()
	for i, p := range r.vars {
		w := g.Use(p)
		d := decayed(grads[i], w, r.WeightDecay)
		v := mix(r.Alpha, g.Use(r.v[i]), ops.Square(d))
		g.Assign(r.v[i], v)
		if r.m != nil {
			m := mix(r.Alpha, g.Use(r.m[i]), d)
			g.Assign(r.m[i], m)
			v = ops.ReLU(ops.Sub(v, ops.Square(m)))
		}
		by := ops.Div(d, ops.Offset(ops.Sqrt(v), r.Eps))
		if r.u != nil {
			by = ops.Add(ops.Scale(r.Momentum, g.Use(r.u[i])), by)
			g.Assign(r.u[i], by)
		}
		g.Assign(p, ops.Sub(w, ops.Mul(like(rate, w), by)))
	}
}

// Minimize puts one step on the graph of loss.
func (r *RMSProp) Minimize(loss *graph.Node) { r.Update(r.Grads(loss)) }
