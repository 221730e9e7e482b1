package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/attention"
)

// plan takes the layouts of q, k, v from a call; without one they are dense.
func (o attending) plan(q, k, v graph.Type, c *graph.Call) attention.Plan {
	s, places, heads := q.Shape, -2, -3
	if o.Inside {
		places, heads = heads, places
	}
	p := attention.Plan{
		Batch: s.Cut(0, s.Rank()-3).Size(), Heads: s.Dim(heads), KVHeads: k.Shape.Dim(heads),
		T: s.Dim(places), S: k.Shape.Dim(places), D: s.Dim(-1), Dv: v.Shape.Dim(-1), Causal: o.Causal, Scale: o.Scale,
	}
	if c != nil {
		p.At.Q, p.At.K, p.At.V = o.rowsOf(c, 0), o.rowsOf(c, 1), o.rowsOf(c, 2)
		p.At.Y = attention.Dense(p.Heads, p.T, p.Dv, o.Inside)
	}
	if g := o.together(q.Shape, k.Shape); g > 1 {
		p.Heads, p.T, p.Causal = p.KVHeads, g, false
		for _, r := range []*attention.Rows{&p.At.Q, &p.At.Y} {
			r.Row = r.Head
			r.Head *= g
		}
	}
	return p
}

// rowsOf says where the rows of operand i lie.
func (o attending) rowsOf(c *graph.Call, i int) (r attention.Rows) {
	s, at := c.In[i].Type.Shape, c.Layout(i)
	n := s.Rank()
	r.Row, r.Head, r.Batch = at.Strides[n-2], at.Strides[n-3], leading(s, at)
	if o.Inside {
		r.Row, r.Head = r.Head, r.Row
	}
	return r
}

// leading is the distance between matrices of heads, of which there may be several axes; −1 if they are not evenly spaced.
func leading(s graph.Shape, at graph.Layout) int {
	step, reach, first := 0, 0, true // reach is from the first matrix to behind the last, of the axes so far
	for i := s.Rank() - 4; i >= 0; i-- {
		switch n := s.Dim(i); {
		case n == 1:
		case first:
			step, reach, first = at.Strides[i], n*at.Strides[i], false
		case at.Strides[i] != reach:
			return -1
		default:
			reach *= n
		}
	}
	return step
}

// Strided takes q, k and v at any distance between rows, heads and examples.
func (o attending) Strided(in []graph.Type, i int, at graph.Layout) bool {
	s := in[i].Shape
	return i < 3 && (at.Strides[s.Rank()-1] == 1 || s.Dim(-1) == 1) && leading(s, at) >= 0
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
	p := o.plan(in[0], in[1], in[2], nil)
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
	p, m, local := o.plan(c.In[0].Type, c.In[1].Type, c.In[2].Type, c), masksOf[T](o, c), elements[T](c.Local)
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
	p := o.plan(in[0], in[1], in[2], nil)
	return 2 * int64(p.Batch*p.Heads) * int64(p.T) * int64(p.S) * int64(p.D+p.Dv)
}
