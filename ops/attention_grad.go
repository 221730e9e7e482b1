package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/attention"
)

// attendingGrad has the operands of the op, then y, lse and dy, and the results dq, dk, dv.
type attendingGrad struct{ Of attending }

func (attendingGrad) Name() string { return "attentiongrad" }

func (o attendingGrad) Infer(in []graph.Type) ([]graph.Type, error) {
	n := len(in) - 3
	t, err := o.Of.Infer(in[:n])
	if err != nil {
		return nil, err
	}
	return in[:3], wantTypes(in[n:], t[0], t[1], t[0])
}

// slope returns the weights and the derivative by the scores.
func (o attendingGrad) slope(in []*graph.Node) (w, ds *graph.Node) {
	n := len(in) - 3
	y, lse, dy := in[n], in[n+1], in[n+2]
	w = weigh(o.Of.scores(in[:n]), lse)
	dw := ReshapeTo(MatMulT(grouped(dy, in[1]), in[2], false, true), w.Shape())
	return w, Mul(w, Sub(dw, SumKeep(Mul(dy, y), -1)))
}

// bare is the op on operands whose heads are outside, and these operands.
func (o attendingGrad) bare(in []*graph.Node) (attendingGrad, []*graph.Node) {
	inside := o.Of.Inside
	of, in := o.Of.bare(in)
	if n := len(in); inside {
		in[n-3], in[n-1] = SwapAxes(in[n-3], -2, -3), SwapAxes(in[n-1], -2, -3)
	}
	return attendingGrad{of}, in
}

func (o attendingGrad) Define(in []*graph.Node) []*graph.Node {
	if o.Of.Inside {
		bare, in := o.bare(in)
		out := bare.Define(in)
		for i, d := range out {
			out[i] = SwapAxes(d, -2, -3)
		}
		return out
	}
	q, k := in[0], in[1]
	w, ds := o.slope(in)
	w, ds = grouped(w, k), Scale(o.Of.Scale, grouped(ds, k))
	dq := ReshapeTo(MatMul(ds, k), q.Shape())
	return []*graph.Node{dq, MatMulT(ds, grouped(q, k), true, false), MatMulT(w, grouped(in[len(in)-1], k), true, false)}
}

func (o attendingGrad) Work(in, _ []graph.Type) (w graph.Work) {
	p := o.Of.plan(in[0], in[1], in[2], nil)
	for i, n := range p.BackwardUnits() {
		w.Phases[i] = o.Of.tasks(p, n)
	}
	w.Local = attention.BackwardLocal[float32](&p) * 4
	if in[0].Dtype == graph.Float64 {
		w.Local = attention.BackwardLocal[float64](&p) * 8
	}
	return w
}

func (o attendingGrad) Strided(in []graph.Type, i int, at graph.Layout) bool {
	return o.Of.Strided(in, i, at)
}

func (o attendingGrad) Eval(c *graph.Call) error { return o.run(c, false) }

// run writes three results, or, joined, one.
func (o attendingGrad) run(c *graph.Call, joined bool) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		attendBack[float32](o.Of, c, joined)
	} else {
		attendBack[float64](o.Of, c, joined)
	}
	return nil
}

func attendBack[T graph.Floating](o attending, c *graph.Call, joined bool) {
	p, n := o.plan(c.In[0].Type, c.In[1].Type, c.In[2].Type, c), len(c.In)-3
	t := attention.Pull[T]{
		Q: graph.Data[T](c.In[0]), K: graph.Data[T](c.In[1]), V: graph.Data[T](c.In[2]),
		Y: graph.Data[T](c.In[n]), Lse: graph.Data[T](c.In[n+1]), Dy: graph.Data[T](c.In[n+2]),
		Dq: graph.Data[T](c.Out[0]), Masks: masksOf[T](o, c),
	}
	at := &p.At
	at.Dy, at.Dq = at.Y, attention.Dense(p.Heads, p.T, p.D, o.Inside)
	at.Dk, at.Dv = attention.Dense(p.KVHeads, p.S, p.D, o.Inside), attention.Dense(p.KVHeads, p.S, p.Dv, o.Inside)
	if joined {
		row := p.Heads*p.D + p.KVHeads*(p.D+p.Dv)
		for _, r := range []*attention.Rows{&at.Dq, &at.Dk, &at.Dv} {
			r.Row, r.Batch = row, p.T*row
		}
		t.Dk, t.Dv = t.Dq[p.Heads*p.D:], t.Dq[p.Heads*p.D+p.KVHeads*p.D:]
	} else {
		t.Dk, t.Dv = graph.Data[T](c.Out[1]), graph.Data[T](c.Out[2])
	}
	local := elements[T](c.Local)
	for u, hi := c.Span(p.BackwardUnits()[c.Phase]); u < hi; u++ {
		attention.Backward(&p, c.Phase, u, &t, local)
	}
}

// Flops counts the four products of the derivative, not the scores, which are computed again.
func (o attendingGrad) Flops(in, out []graph.Type) int64 { return 2 * o.Of.Flops(in, out) }

func (o attendingGrad) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return graph.ApplyN(o, 3, alignShared(in, mapped, len(in)-3)...)
}
