package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/linalg"
)

// Cholesky returns the lower triangular factors L of symmetric positive definite matrices A = L·Lᵀ.
//
//	A [..., n, n]    L [..., n, n]        dA = ½(S + Sᵀ),  S = L⁻ᵀ·Φ(Lᵀ·dL)·L⁻¹,  Φ the lower triangle with half the diagonal
//
// (Murray, Differentiation of the Cholesky decomposition, 2016). A is floats; of a matrix that is not symmetric, the mean with its transpose
// is meant, as in JAX. Where that is not positive definite, all of L is NaN.
func Cholesky(a *graph.Node) *graph.Node { return graph.Apply(cholesky{}, a) }

type cholesky struct{}

func (cholesky) Name() string { return "cholesky" }

func (cholesky) Infer(in []graph.Type) ([]graph.Type, error) { return in[:1], wantSquare(in[0]) }

func (cholesky) Work(in, _ []graph.Type) graph.Work {
	n := in[0].Shape.Dim(-1)
	return byMatrix(in[0], n*n*n/6, 0, in[0].Dtype)
}

func (cholesky) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		choleskyOf[float32](c)
	} else {
		choleskyOf[float64](c)
	}
	return nil
}

func choleskyOf[T graph.Floating](c *graph.Call) {
	s := c.In[0].Type.Shape
	n := s.Dim(-1)
	for i, hi := c.Span(stack(s).Size()); i < hi; i++ {
		linalg.Cholesky(part[T](c.Out[0], i, n*n), part[T](c.In[0], i, n*n), n)
	}
}

func (cholesky) VJP(l, dl *graph.Node) []*graph.Node {
	p := MatMulT(l, dl, true, false)
	phi := Scale(0.5, Add(Tril(p, 0), Tril(p, -1)))
	back := func(x *graph.Node) *graph.Node { return TriangularSolve(l, x, Triangle{Transposed: true}) }
	return []*graph.Node{symmetric(swapped(back(swapped(back(phi)))))}
}

func (o cholesky) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in...)}
}

func (cholesky) Flops(in, _ []graph.Type) int64 {
	n := int64(in[0].Shape.Dim(-1))
	return n * n * n / 3 * int64(stack(in[0].Shape).Size())
}

func choleskyInfo() Info {
	return Info{Name: "Cholesky", Order: 4, Bad: squareBad(func(x *graph.Node) { Cholesky(x) }), Cases: squareCases(Real, func(x *graph.Node) []*graph.Node {
		return []*graph.Node{Cholesky(definite(x))}
	})}
}
