package ops

import (
	"errors"
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
)

func (o attending) Infer(in []graph.Type) ([]graph.Type, error) {
	n := 3
	for _, more := range []bool{o.Masked, o.Biased} {
		if more {
			n++
		}
	}
	if len(in) != n {
		return nil, fmt.Errorf("want %d operands, not %d", n, len(in))
	}
	y, width := in[0], in[2].Shape.Dim(-1)
	if o.Inside {
		in = append([]graph.Type(nil), in...)
		for i := range 3 {
			in[i].Shape = outside(in[i].Shape)
		}
	}
	if err := o.check(in); err != nil {
		return nil, err
	}
	q := in[0].Shape
	y.Shape = y.Shape.WithDim(-1, width)
	return []graph.Type{y, {Dtype: y.Dtype, Shape: q.Cut(0, q.Rank()-1)}}, nil
}

func (o attending) check(in []graph.Type) error {
	q, k, v := in[0].Shape, in[1].Shape, in[2].Shape
	for _, t := range in[:3] {
		switch {
		case !t.Dtype.Float():
			return wantFloat(t)
		case t.Dtype != in[0].Dtype:
			return fmt.Errorf("dtypes %v and %v differ; ops.Cast converts", in[0].Dtype, t.Dtype)
		case t.Shape.Rank() < 3:
			return fmt.Errorf("want [..., heads, length, width], not rank %d", t.Shape.Rank())
		}
	}
	lead := q.Cut(0, q.Rank()-3)
	switch h, hk := q.Dim(-3), k.Dim(-3); {
	case k.Cut(0, k.Rank()-3) != lead || v.Cut(0, v.Rank()-3) != lead:
		return errors.New("want equal leading axes before [heads, length, width]")
	case v.Dim(-3) != hk:
		return fmt.Errorf("%d heads of keys, but %d of values", hk, v.Dim(-3))
	case hk == 0 && h > 0 || hk > 0 && h%hk != 0:
		return fmt.Errorf("%d heads of queries are no multiple of %d heads of keys", h, hk)
	case q.Dim(-1) != k.Dim(-1):
		return fmt.Errorf("queries of width %d do not match keys of width %d", q.Dim(-1), k.Dim(-1))
	case q.Dim(-1) == 0:
		return errors.New("want a width of at least 1")
	case k.Dim(-2) != v.Dim(-2):
		return fmt.Errorf("%d keys, but %d values", k.Dim(-2), v.Dim(-2))
	case math.IsNaN(o.Scale) || math.IsInf(o.Scale, 0):
		return fmt.Errorf("want a finite scale, not %v", o.Scale)
	}
	at, scores := 3, q.WithDim(-1, k.Dim(-2))
	if o.Masked {
		if in[at].Dtype != graph.Bool {
			return fmt.Errorf("want a mask of bool, not %v; numbers to add are a bias", in[at].Dtype)
		}
		if !within(in[at].Shape, scores) {
			return fmt.Errorf("mask %v does not broadcast to the scores %v", in[at].Shape, scores)
		}
		at++
	}
	if o.Biased {
		if in[at].Dtype != in[0].Dtype {
			return fmt.Errorf("want a bias of %v, not %v", in[0].Dtype, in[at].Dtype)
		}
		if !within(in[at].Shape, scores) {
			return fmt.Errorf("bias %v does not broadcast to the scores %v", in[at].Shape, scores)
		}
	}
	return nil
}

// within says whether a mask has the last axis of the scores, and each other one whole or of size 1.
func within(m, scores graph.Shape) bool {
	return m.Rank() == scores.Rank() && m.Dim(-1) == scores.Dim(-1) && fits(m, scores) == nil
}

// grouped joins the heads of queries that share a head of keys: x [..., H, T, n] becomes [..., Hk, H/Hk·T, n].
func grouped(x, k *graph.Node) *graph.Node {
	s, hk := x.Shape(), k.Shape().Dim(-3)
	if hk == 0 {
		return x
	}
	return ReshapeTo(x, s.Cut(0, s.Rank()-3).Append(graph.Of(hk, s.Dim(-3)/hk*s.Dim(-2), s.Dim(-1))))
}

// scores returns the masked scores [..., H, T, S].
func (o attending) scores(in []*graph.Node) *graph.Node {
	q, k := in[0], in[1]
	t, n := q.Shape().Dim(-2), k.Shape().Dim(-2)
	s := ReshapeTo(Scale(o.Scale, MatMulT(grouped(q, k), k, false, true)), q.Shape().WithDim(-1, n))
	if o.Biased {
		s = Add(s, in[len(in)-1])
	}
	if o.Masked {
		s = Where(in[3], s, Like(math.Inf(-1), s))
	}
	if o.Causal {
		g := q.Graph()
		last := Add(Unsqueeze(Iota(g, graph.Int32, t), 1), g.Fill(float64(n-t), graph.T(graph.Int32)))
		s = Where(LessEqual(Iota(g, graph.Int32, n), last), s, Like(math.Inf(-1), s))
	}
	return s
}

// weigh returns e^(s − lse), 0 where lse is −∞.
func weigh(s, lse *graph.Node) *graph.Node {
	lse = Unsqueeze(lse, -1)
	return Exp(Sub(s, Where(Equal(lse, Like(math.Inf(-1), lse)), Like(0, lse), lse)))
}

// weights returns the logarithm of the sum of e^score, and the weights. Rows without a key are set apart, so that no NaN arises in
// them at any order.
func (o attending) weights(in []*graph.Node) (lse, w *graph.Node) {
	s := o.scores(in)
	if s.Shape().Dim(-1) == 0 {
		return Like(math.Inf(-1), Sum(s, -1)), s
	}
	most := MaxKeep(s, -1)
	none := Equal(most, Like(math.Inf(-1), most))
	lse = Where(none, Like(math.Inf(-1), most), LogSumExpKeep(Where(none, Like(0, s), s), -1))
	lse = Squeeze(lse, -1)
	return lse, weigh(s, lse)
}

func (o attending) Define(in []*graph.Node) []*graph.Node {
	bare, in := o.bare(in)
	lse, w := bare.weights(in)
	y := MatMul(grouped(w, in[1]), in[2])
	y = ReshapeTo(y, in[0].Shape().WithDim(-1, in[2].Shape().Dim(-1)))
	if o.Inside {
		y = SwapAxes(y, -2, -3)
	}
	return []*graph.Node{y, lse}
}

// VJPs covers the usual case; a cotangent of logSumExp is left to the definition. That of the bias is all scores, summed up to its
// shape: it is computed only where it is needed.
func (o attending) VJPs(ys, dys []*graph.Node) []*graph.Node {
	if dys[0] == nil || dys[1] != nil {
		return nil
	}
	in := ys[0].In()
	out := make([]*graph.Node, len(in))
	operands := append(append([]*graph.Node(nil), in...), ys[0], ys[1], dys[0])
	copy(out, graph.ApplyN(attendingGrad{o}, 3, operands...))
	if o.Biased {
		at := len(in) - 1
		grad, bare := attendingGrad{o}.bare(operands)
		_, slope := grad.slope(bare)
		out[at] = sumTo(slope, in[at].Shape())
	}
	return out
}

func (o attending) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return graph.ApplyN(o, 2, alignShared(in, mapped, len(in))...)
}

// alignShared is Align but for operands from 3 to hi−1, the masks, which broadcast by themselves: they get an axis of size 1.
func alignShared(in []*graph.Node, mapped []bool, hi int) []*graph.Node {
	in = append([]*graph.Node(nil), in...)
	n := 0
	for i, m := range mapped {
		if m {
			n = in[i].Shape().Dim(0)
		}
	}
	for i, x := range in {
		switch {
		case mapped[i]:
		case i >= 3 && i < hi:
			in[i] = ReshapeTo(x, x.Shape().Lead(1))
		default:
			in[i] = Lead(x, n)
		}
	}
	return in
}
