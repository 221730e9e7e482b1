package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/gemm"
)

// Work cuts each product as package gemm does, and many products into about 64 tasks.
func (o matMul) Work(in, _ []graph.Type) graph.Work {
	p, batch := o.plan(in[0], in[1])
	return productWork(p, batch, in[0].Dtype.Size())
}

func productWork(p gemm.Plan, batch, size int) graph.Work {
	w := graph.Work{Scratch: batch * p.Scratch() * size, Local: p.Local() * size}
	usual := min(64, batch*p.M*p.N*max(p.K, 1)>>17)
	for i, t := range p.Phases() {
		w.Phases[i] = min(batch*t, max(t, usual, 1))
	}
	return w
}

func (o matMul) plan(a, b graph.Type) (p gemm.Plan, batch int) {
	m, n, k := o.sides(a.Shape, b.Shape)
	if a.Dtype == graph.Float32 {
		p = gemm.New[float32](m, n, k, o.TA, o.TB)
	} else {
		p = gemm.New[float64](m, n, k, o.TA, o.TB)
	}
	return p, stack(a.Shape).Size()
}

func (o matMul) Eval(c *graph.Call) error { return o.run(c, false) }

// run takes a bias from a third operand.
func (o matMul) run(c *graph.Call, relu bool) error {
	p, batch := o.plan(c.In[0].Type, c.In[1].Type)
	if relu {
		p.Act = gemm.ReLU
	}
	runProducts(c, p, batch)
	return nil
}

func runProducts(c *graph.Call, p gemm.Plan, batch int) {
	if c.In[0].Type.Dtype == graph.Float32 {
		products[float32](c, p, batch)
	} else {
		products[float64](c, p, batch)
	}
}

func products[T graph.Floating](c *graph.Call, p gemm.Plan, batch int) {
	out, a, b := graph.Data[T](c.Out[0]), graph.Data[T](c.In[0]), graph.Data[T](c.In[1])
	scratch, local := elements[T](c.Scratch), elements[T](c.Local)
	bias := biasOf[T](c)
	tasks, mn, mk, kn := p.Phases()[c.Phase], p.M*p.N, p.M*p.K, len(b)/max(batch, 1)
	for u, hi := c.Span(batch * tasks); u < hi; u++ {
		i := u / tasks
		own := scratch[i*p.Scratch() : (i+1)*p.Scratch()]
		gemm.Run(p, c.Phase, u%tasks, out[i*mn:(i+1)*mn], a[i*mk:(i+1)*mk], b[i*kn:(i+1)*kn], bias, own, local)
	}
}

// biasOf is the third operand, if there is one.
func biasOf[T graph.Floating](c *graph.Call) []T {
	if len(c.In) < 3 {
		return nil
	}
	return graph.Data[T](c.In[2])
}

func (o matMul) Flops(in, _ []graph.Type) int64 {
	m, n, k := o.sides(in[0].Shape, in[1].Shape)
	return 2 * int64(m) * int64(n) * int64(k) * int64(stack(in[0].Shape).Size())
}
