package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/linalg"
)

// lu factorises square matrices by Gauss's elimination with partial pivoting: P·A = L·U, both factors in one array, and for each row of it the
// row of A that it was. No cotangent flows through: what is solved by the factors states its derivative with respect to A.
type lu struct{}

func (lu) Name() string { return "lu" }

func (lu) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := wantSquare(in[0]); err != nil {
		return nil, err
	}
	s := in[0].Shape
	return []graph.Type{in[0], {Dtype: graph.Int32, Shape: s.Cut(0, s.Rank()-1)}}, countable("an axis", s.Dim(-1))
}

func (lu) Work(in, _ []graph.Type) graph.Work {
	n := in[0].Shape.Dim(-1)
	local := linalg.LocalLU[float64](n)
	if in[0].Dtype == graph.Float32 {
		local = linalg.LocalLU[float32](n)
	}
	return byMatrix(in[0], n*n*n/3, local, in[0].Dtype)
}

func (lu) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		luOf[float32](c)
	} else {
		luOf[float64](c)
	}
	return nil
}

func luOf[T graph.Floating](c *graph.Call) {
	s := c.In[0].Type.Shape
	n := s.Dim(-1)
	for i, hi := c.Span(stack(s).Size()); i < hi; i++ {
		linalg.LU(part[T](c.Out[0], i, n*n), part[int32](c.Out[1], i, n), part[T](c.In[0], i, n*n), elements[T](c.Local), n)
	}
}

func (lu) VJPs(_, _ []*graph.Node) []*graph.Node { return []*graph.Node{nil} }

func (o lu) Batch(in []*graph.Node, _ []bool) []*graph.Node { return graph.ApplyN(o, 2, in...) }

func (lu) Flops(in, _ []graph.Type) int64 {
	n := int64(in[0].Shape.Dim(-1))
	return 2 * n * n * n / 3 * int64(stack(in[0].Shape).Size())
}

// factorised are matrices and their factors: the first operands of what is solved by them.
func factorised(a *graph.Node) []*graph.Node {
	return append([]*graph.Node{a}, graph.ApplyN(lu{}, 2, a)...)
}

// luSolve solves A·X = B, or Aᵀ·X = B, by the factors of A, which are operands 1 and 2. It is a function of A and B, and closed under
// differentiation.
type luSolve struct{ Transposed bool }

func (luSolve) Name() string { return "lusolve" }

func (luSolve) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := wantSystem(in[0], in[3]); err != nil {
		return nil, err
	}
	s := in[0].Shape
	if in[1] != in[0] || in[2] != (graph.Type{Dtype: graph.Int32, Shape: s.Cut(0, s.Rank()-1)}) {
		return nil, fmt.Errorf("want the factors of %v, not %v and %v", in[0], in[1], in[2])
	}
	return in[3:4], nil
}

func (luSolve) Work(in, _ []graph.Type) graph.Work {
	n, k := in[3].Shape.Dim(-2), in[3].Shape.Dim(-1)
	return byMatrix(in[0], n*n*k, n*k, in[0].Dtype)
}

func (o luSolve) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		luSolves[float32](o, c)
	} else {
		luSolves[float64](o, c)
	}
	return nil
}

func luSolves[T graph.Floating](o luSolve, c *graph.Call) {
	s := c.In[3].Type.Shape
	n, k := s.Dim(-2), s.Dim(-1)
	local := elements[T](c.Local)
	for i, hi := c.Span(stack(s).Size()); i < hi; i++ {
		perm, b := part[int32](c.In[2], i, n), part[T](c.In[3], i, n*k)
		linalg.SolveLU(part[T](c.Out[0], i, n*k), part[T](c.In[1], i, n*n), perm, b, local, n, k, o.Transposed)
	}
}

func (o luSolve) VJP(x, dx *graph.Node) []*graph.Node {
	in := x.In()
	db := graph.Apply(luSolve{!o.Transposed}, in[0], in[1], in[2], dx)
	da := MatMulT(db, x, false, true)
	if o.Transposed {
		da = MatMulT(x, db, false, true)
	}
	return []*graph.Node{Neg(da), nil, nil, db}
}

func (o luSolve) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, Align(in, mapped)...)}
}

func (luSolve) Flops(in, _ []graph.Type) int64 {
	return 2 * int64(in[3].Shape.Size()) * int64(in[3].Shape.Dim(-2))
}
