package optim

import (
	"iter"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/ops"
)

// LAMB is AdamW whose step in each parameter is as long as the rate times the parameter's own norm, for large batches (You et al., 2020,
// algorithm 2, with φ the identity):
//
//	m = Beta1·m + (1−Beta1)·∇    v = Beta2·v + (1−Beta2)·∇²
//	r = m/(1−Beta1ᵗ) / (√(v/(1−Beta2ᵗ)) + Eps) + Decay·w
//	w = w − rate · (|w|/|r|) · r
//
// Where |w| or |r| is 0, their ratio counts as 1, so that weights that start at 0 can leave it.
type LAMB struct {
	params
	Beta1, Beta2, Eps, Decay float64
	m, v                     []*graph.State
}

// NewLAMB returns an optimiser with Beta1 0.9, Beta2 0.999, Eps 1e-6 and the given weight decay.
func NewLAMB(seq iter.Seq2[string, *graph.Param], rate Rate, decay float64) *LAMB {
	l := &LAMB{params: newParams("lamb", seq, rate), Beta1: 0.9, Beta2: 0.999, Eps: 1e-6, Decay: decay}
	l.m, l.v = l.perParam("m"), l.perParam("v")
	return l
}

// Update assigns parameters and moments.
func (l *LAMB) Update(grads []*graph.Node) {
	t, rate, ok := l.begin(grads, l.Beta1, l.Beta2)
	if !ok {
		return
	}
	g := t.Graph()
	first, second := ops.Reciprocal(correction(l.Beta1, t)), ops.Rsqrt(correction(l.Beta2, t))
	for i, p := range l.vars {
		w := g.Use(p)
		m := mix(l.Beta1, g.Use(l.m[i]), grads[i])
		v := mix(l.Beta2, g.Use(l.v[i]), ops.Square(grads[i]))
		g.Assign(l.m[i], m)
		g.Assign(l.v[i], v)
		by := ops.Offset(ops.Mul(ops.Sqrt(v), like(second, w)), l.Eps)
		r := decayed(ops.Div(ops.Mul(like(first, w), m), by), w, l.Decay)
		of, to := length([]*graph.Node{r}), length([]*graph.Node{w})
		none := ops.Like(0, of)
		ratio := ops.Where(ops.And(ops.Greater(of, none), ops.Greater(to, none)), ops.Div(to, of), ops.Like(1, of))
		g.Assign(p, ops.Sub(w, ops.Mul(ops.Mul(like(rate, w), ratio), r)))
	}
}

// Minimize puts one step on the graph of loss.
func (l *LAMB) Minimize(loss *graph.Node) { l.Update(l.Grads(loss)) }
