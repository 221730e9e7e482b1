package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/attention"
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
// H is a multiple of Hk: each run of H/Hk heads of queries shares a head of keys and values (Ainslie et al., GQA, 2023). Mask and
// bias broadcast to [..., H, T, S]. Causal aligns the end of the queries with the end of the keys, as decoding with a cache of earlier
// keys wants it; PyTorch's is_causal aligns their beginnings, which is the same for T = S. A query that sees no key gets y = 0 and
// logSumExp = −∞, and no cotangent flows through it. What is masked must be finite in v all the same: its weight is 0.
//
// The scores are never in memory as a whole. An example's bits depend neither on the batch nor on the other queries.
func Attention(q, k, v *graph.Node, how Attending) (y, logSumExp *graph.Node) {
	op, in := attended(q, k, v, how)
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

// attending has the operands q, k, v, then the mask and the bias if there are any.
type attending struct {
	Causal, Masked, Biased bool
	Scale                  float64
}

func (attending) Name() string { return "attention" }

func (o attending) plan(q, k, v graph.Type) attention.Plan {
	s := q.Shape
	return attention.Plan{
		Batch: s.Cut(0, s.Rank()-3).Size(), Heads: s.Dim(-3), KVHeads: k.Shape.Dim(-3),
		T: s.Dim(-2), S: k.Shape.Dim(-2), D: s.Dim(-1), Dv: v.Shape.Dim(-1), Causal: o.Causal, Scale: o.Scale,
	}
}

func (o attending) Work(in, _ []graph.Type) graph.Work {
	p := o.plan(in[0], in[1], in[2])
	n := p.Units()
	local := attention.Local[float32](&p)
	if in[0].Dtype == graph.Float64 {
		local = attention.Local[float64](&p)
	}
	return graph.Work{Phases: [3]int{o.tasks(p, n)}, Local: local * in[0].Dtype.Size()}
}

// tasks shares out n units; a core does some 16 products of float32 in the time of a simple operation.
func (o attending) tasks(p attention.Plan, n int) int {
	if n == 0 {
		return 0
	}
	return share(n, p.Batch*p.Heads*p.T*p.S*(p.D+p.Dv)/16/n)
}

func (o attending) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		attend[float32](o, c)
	} else {
		attend[float64](o, c)
	}
	return nil
}

func attend[T graph.Floating](o attending, c *graph.Call) {
	p, m, local := o.plan(c.In[0].Type, c.In[1].Type, c.In[2].Type), masksOf[T](o, c), elements[T](c.Local)
	for u, hi := c.Span(p.Units()); u < hi; u++ {
		attention.Forward(&p, u, graph.Data[T](c.Out[0]), graph.Data[T](c.Out[1]),
			graph.Data[T](c.In[0]), graph.Data[T](c.In[1]), graph.Data[T](c.In[2]), &m, local)
	}
}

// masksOf describes the mask and the bias to the kernel.
func masksOf[T graph.Floating](o attending, c *graph.Call) (m attention.Masks[T]) {
	at := 3
	if o.Masked {
		m.Allow, m.AllowAt = graph.Data[bool](c.In[at]), gridOf(c.In[0].Type.Shape, c.In[at].Type.Shape)
		at++
	}
	if o.Biased {
		m.Bias, m.BiasAt = graph.Data[T](c.In[at]), gridOf(c.In[0].Type.Shape, c.In[at].Type.Shape)
	}
	return m
}

func gridOf(q, m graph.Shape) (g attention.Grid) {
	st := m.Strides()
	for g.Rank = range q.Rank() - 2 {
		g.Dims[g.Rank] = q.Dim(g.Rank)
		if m.Dim(g.Rank) != 1 {
			g.Strides[g.Rank] = st[g.Rank]
		}
	}
	g.Rank = q.Rank() - 2
	if m.Dim(-2) != 1 {
		g.Row = m.Dim(-1)
	}
	return g
}

func (o attending) Flops(in, _ []graph.Type) int64 {
	p := o.plan(in[0], in[1], in[2])
	return 2 * int64(p.Batch*p.Heads) * int64(p.T) * int64(p.S) * int64(p.D+p.Dv)
}
