package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/gemm"
)

// layOutB packs B, for products with many A of M rows, in the order in which tiles of the product read it: once before a loop instead of
// once in each round.
type layOutB struct {
	Of matMul
	M  int
}

func (layOutB) Name() string { return "layout" }

func (o layOutB) Infer(in []graph.Type) ([]graph.Type, error) {
	return []graph.Type{graph.T(in[0].Dtype, o.plan(in[0]).Prepared())}, nil
}

func (o layOutB) plan(b graph.Type) gemm.Plan {
	k, n := sides(b.Shape, o.Of.TB)
	return preparedPlan(o.Of, b.Dtype, o.M, n, k)
}

func preparedPlan(o matMul, d graph.Dtype, m, n, k int) gemm.Plan {
	if d == graph.Float32 {
		return gemm.NewPrepared[float32](m, n, k, o.TA, o.TB)
	}
	return gemm.NewPrepared[float64](m, n, k, o.TA, o.TB)
}

func (o layOutB) Work(in, _ []graph.Type) graph.Work {
	return graph.Work{Phases: [3]int{o.plan(in[0]).Preparing()}}
}

func (o layOutB) Eval(c *graph.Call) error {
	p := o.plan(c.In[0].Type)
	if c.In[0].Type.Dtype == graph.Float32 {
		gemm.Prepare(p, c.Task, graph.Data[float32](c.In[0]), graph.Data[float32](c.Out[0]))
	} else {
		gemm.Prepare(p, c.Task, graph.Data[float64](c.In[0]), graph.Data[float64](c.Out[0]))
	}
	return nil
}

// Prepare offers B packed. One row reads B as it is just as fast, if B is not transposed.
func (o matMul) Prepare(in []graph.Type, i int) (layOut, op graph.Op) {
	if i != 1 || in[0].Shape.Rank() != 2 {
		return nil, nil
	}
	m, n, k := o.sides(in[0].Shape, in[1].Shape)
	if m == 0 || n == 0 || k == 0 || m == 1 && !o.TB {
		return nil, nil
	}
	return layOutB{o, m}, preparedMatMul{Of: o, N: n}
}

// preparedMatMul(a, packed) is the product op(A)·op(B), N columns wide, where packed is what layOutB makes of B.
type preparedMatMul struct {
	Of matMul
	N  int
}

func (preparedMatMul) Name() string { return "preparedmatmul" }

func (o preparedMatMul) Infer(in []graph.Type) ([]graph.Type, error) {
	p := o.plan(in[0])
	if want := graph.T(in[0].Dtype, p.Prepared()); in[1] != want {
		return nil, fmt.Errorf("want a packed matrix of %v, not %v", want, in[1])
	}
	return []graph.Type{graph.T(in[0].Dtype, p.M, p.N)}, nil
}

func (o preparedMatMul) plan(a graph.Type) gemm.Plan {
	m, k := sides(a.Shape, o.Of.TA)
	return preparedPlan(o.Of, a.Dtype, m, o.N, k)
}

func (o preparedMatMul) Work(in, _ []graph.Type) graph.Work {
	return productWork(o.plan(in[0]), 1, in[0].Dtype.Size())
}

func (o preparedMatMul) Eval(c *graph.Call) error {
	runProducts(c, o.plan(c.In[0].Type), 1)
	return nil
}

func (o preparedMatMul) Flops(in, _ []graph.Type) int64 {
	return 2 * int64(in[0].Shape.Size()) * int64(o.N)
}
