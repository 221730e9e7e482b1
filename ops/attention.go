package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
)

// An Attending says which keys a query of Attention sees, and how scores are made. The zero value is plain attention.
type Attending struct {
	Causal bool        // query i sees the keys j ≤ i + S − T: the last query sees all
	Scale  float64     // of the products q·k; 0 stands for 1/√D
	Mask   *graph.Node // Bool, true where a query sees a key; nil for none
	Bias   *graph.Node // added to the scaled scores, in the dtype of q; nil for none
}

// Attention gives each query the mean of the values, weighed by how well their keys match (Vaswani et al., Attention is all you need,
// 2017, eq. 1), and ln Σ e^score, the residual of its derivative.
//
//	q [..., H, T, D]    k [..., Hk, S, D]    v [..., Hk, S, Dv]    y [..., H, T, Dv]    logSumExp [..., H, T]
//
//	score = scale·q·kᵀ + bias        w = e^(score − logSumExp)        y = w·v
//	∂v = wᵀ·∂y        ∂score = w·(∂y·vᵀ − Σ ∂y·y)        ∂q = scale·∂score·k        ∂k = scale·∂scoreᵀ·q
//
// H is a multiple of Hk: each run of H/Hk heads of queries shares a head of keys and values (Ainslie et al., GQA, 2023). Where there
// is but one head its axis may be left out: sequences of a batch then stand for heads, [N, T, D] and [N, S, D]. Mask and bias broadcast to
// [..., H, T, S]. Causal aligns the end of the queries with the end of the keys, as decoding with a cache of earlier
// keys wants it; PyTorch's is_causal aligns their beginnings, which is the same for T = S. A query that sees no key gets y = 0 and
// logSumExp = −∞, and no cotangent flows through it. What is masked must be finite in v all the same: its weight is 0.
//
// The scores are never in memory as a whole. An example's bits depend neither on the batch nor on the other queries.
func Attention(q, k, v *graph.Node, how Attending) (y, logSumExp *graph.Node) {
	op, in := attended(q, k, v, how)
	if inside, ok := op.absorb(in); ok {
		op.Inside = true
		r := graph.ApplyN(op, 2, inside...)
		return SwapAxes(r[0], -2, -3), r[1]
	}
	r := graph.ApplyN(op, 2, in...)
	return r[0], r[1]
}

// AttentionWeights returns the weights w of Attention, [..., H, T, S], in memory: to look at, or to drop some of them out.
func AttentionWeights(q, k *graph.Node, how Attending) *graph.Node {
	op, in := attended(q, k, k, how)
	if lse := graph.ApplyN(op, 2, in...)[1]; !lse.Valid() { // is refused, with the operands as the user wrote them
		return lse
	}
	_, w := op.weights(in)
	return w
}

func attended(q, k, v *graph.Node, how Attending) (op attending, in []*graph.Node) {
	op, in = attending{Causal: how.Causal, Scale: how.Scale}, []*graph.Node{q, k, v}
	if op.Scale == 0 {
		op.Scale = 1 / math.Sqrt(float64(max(1, q.Shape().Dim(-1))))
	}
	if how.Mask != nil {
		op.Masked, in = true, append(in, spread(how.Mask, q, k))
	}
	if how.Bias != nil {
		op.Biased, in = true, append(in, spread(how.Bias, q, k))
	}
	return op, in
}

// spread gives a mask as many axes as q has, and as many columns as there are keys; other axes of size 1 stay.
func spread(m, q, k *graph.Node) *graph.Node {
	if !m.Valid() || !q.Valid() || !k.Valid() {
		return m
	}
	ones := make([]int, max(0, q.Shape().Rank()-m.Shape().Rank()))
	for i := range ones {
		ones[i] = 1
	}
	m = ReshapeTo(m, m.Shape().Lead(ones...))
	if m.Valid() && m.Shape().Rank() > 0 && m.Shape().Dim(-1) == 1 {
		m = ExpandTo(m, m.Shape().WithDim(-1, k.Shape().Dim(-2)))
	}
	return m
}

// absorb returns the operands as they were before heads and places were exchanged, if they were in all of q, k and v, as happens
// behind a projection: the kernel takes them so, and nothing is copied. What would be refused is left as the user wrote it.
func (o attending) absorb(in []*graph.Node) ([]*graph.Node, bool) {
	types, out := make([]graph.Type, len(in)), append([]*graph.Node(nil), in...)
	for i, x := range in {
		if !x.Valid() {
			return nil, false
		}
		types[i] = x.Type()
		if i < 3 {
			t, ok := x.Op().(transpose)
			if r := x.Shape().Rank(); !ok || r < 3 || t != swapOf(r) {
				return nil, false
			}
			out[i] = x.In()[0]
		}
	}
	_, err := o.Infer(types)
	return out, err == nil
}

// swapOf exchanges axes −2 and −3 of so many.
func swapOf(rank int) transpose {
	p := make([]int, rank)
	for i := range p {
		p[i] = i
	}
	p[rank-2], p[rank-3] = rank-3, rank-2
	return transpose{graph.Of(p...)}
}

// attending has the operands q, k, v, then the mask and the bias if there are any. Inside means that q, k, v and y are [..., T, H, D] and
// so on.
type attending struct {
	Causal, Masked, Biased, Inside bool
	Scale                          float64
}

func (attending) Name() string { return "attention" }

// outside exchanges the axes of heads and places.
func outside(s graph.Shape) graph.Shape {
	if s.Rank() < 3 {
		return s
	}
	return s.WithDim(-2, s.Dim(-3)).WithDim(-3, s.Dim(-2))
}

// bare is the op on operands whose heads are outside, and these operands.
func (o attending) bare(in []*graph.Node) (attending, []*graph.Node) {
	if !o.Inside {
		return o, in
	}
	o.Inside = false
	in = append([]*graph.Node(nil), in...)
	for i := range 3 {
		in[i] = SwapAxes(in[i], -2, -3)
	}
	return o, in
}
