package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/attention"
)

func (o attending) plan(q, k, v graph.Type) attention.Plan {
	s, places, heads := q.Shape, -2, -3
	if o.Inside {
		places, heads = heads, places
	}
	p := attention.Plan{
		Batch: s.Cut(0, s.Rank()-3).Size(), Heads: s.Dim(heads), KVHeads: k.Shape.Dim(heads),
		T: s.Dim(places), S: k.Shape.Dim(places), D: s.Dim(-1), Dv: v.Shape.Dim(-1), Causal: o.Causal, Inside: o.Inside, Scale: o.Scale,
	}
	if g := o.together(q.Shape, k.Shape); g > 1 {
		p.Heads, p.T, p.Causal = p.KVHeads, g, false
	}
	return p
}

// together is how many heads of queries the kernel takes for as many queries of one head: all that share a head of keys, when there is
// one query for each, as in decoding, so that keys are read once for all of them. The arrays are the same.
func (o attending) together(q, k graph.Shape) int {
	if o.Inside || q.Dim(-2) != 1 || k.Dim(-3) == 0 {
		return 1
	}
	return q.Dim(-3) / k.Dim(-3)
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
	q := c.In[0].Type.Shape
	g := o.together(q, c.In[1].Type.Shape)
	if o.Inside {
		q = outside(q)
	}
	if o.Masked {
		m.Allow, m.AllowAt = graph.Data[bool](c.In[at]), gridOf(q, c.In[at].Type.Shape, g)
		at++
	}
	if o.Biased {
		m.Bias, m.BiasAt = graph.Data[T](c.In[at]), gridOf(q, c.In[at].Type.Shape, g)
	}
	return m
}

// gridOf describes a mask; together heads are taken for queries of one.
func gridOf(q, m graph.Shape, together int) (g attention.Grid) {
	st := m.Strides()
	g.Rank = q.Rank() - 2
	for i := range g.Rank {
		g.Dims[i] = q.Dim(i)
		if m.Dim(i) != 1 {
			g.Strides[i] = st[i]
		}
	}
	if m.Dim(-2) != 1 {
		g.Row = m.Dim(-1)
	}
	if last := g.Rank - 1; together > 1 {
		g.Row = g.Strides[last]
		g.Strides[last] *= together
		g.Dims[last] /= together
	}
	return g
}

func (o attending) Flops(in, _ []graph.Type) int64 {
	p := o.plan(in[0], in[1], in[2])
	return 2 * int64(p.Batch*p.Heads) * int64(p.T) * int64(p.S) * int64(p.D+p.Dv)
}
