package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/linalg"
)

// MatrixExp returns the exponentials of square matrices, e^A = Σₖ Aᵏ/k!, by Padé's approximant of A over a power of 2, squared as often
// (Higham, SIAM J. Matrix Anal. Appl. 26(4), 2005).
//
//	A [..., n, n]    Y [..., n, n] = e^A        dA is the upper right block of the exponential of [Aᵀ dY; 0 Aᵀ]
//
// (Mathias, SIAM J. Matrix Anal. Appl. 17(3), 1996.) A is floats. What is not finite gives NaN.
func MatrixExp(a *graph.Node) *graph.Node { return graph.Apply(matrixExp{}, a) }

type matrixExp struct{}

func (matrixExp) Name() string { return "matrixexp" }

func (matrixExp) Infer(in []graph.Type) ([]graph.Type, error) { return in[:1], wantSquare(in[0]) }

// Work counts float64s: a float32 is rounded once, at the end.
func (matrixExp) Work(in, _ []graph.Type) graph.Work {
	n := in[0].Shape.Dim(-1)
	return byMatrix(in[0], 8*n*n*n, 8*n*n+n, graph.Float64)
}

func (matrixExp) Eval(c *graph.Call) error {
	s, local := c.In[0].Type.Shape, elements[float64](c.Local)
	n := s.Dim(-1)
	nn := n * n
	perm := elements[int32](c.Local)[16*nn:]
	for i, hi := c.Span(stack(s).Size()); i < hi; i++ {
		widen(local[:nn], c.In[0], i)
		linalg.Exp(local[nn:2*nn], local[:nn], local[2*nn:8*nn], perm, n)
		narrow(c.Out[0], i, local[nn:2*nn])
	}
	return nil
}

func (matrixExp) VJP(y, dy *graph.Node) []*graph.Node {
	a := swapped(y.In()[0])
	n := a.Shape().Dim(-1)
	both := Concat(-2, Concat(-1, a, dy), Concat(-1, Like(0, a), a))
	return []*graph.Node{Slice(Slice(MatrixExp(both), -2, 0, n), -1, n, n)}
}

func (o matrixExp) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, in...)}
}

func matrixExpInfo() Info {
	info := Info{Name: "MatrixExp", Order: 4, Bad: squareBad(func(x *graph.Node) { MatrixExp(x) })}
	for _, c := range squareCases(Real, func(x *graph.Node) []*graph.Node { return []*graph.Node{MatrixExp(Scale(0.5, x))} }) {
		if c.In[0].Shape.Dim(-1) < 4 { // the fourth derivative has 16 times as many rows
			info.Cases = append(info.Cases, c)
		}
	}
	for _, c := range squareCases(Real, func(x *graph.Node) []*graph.Node { return []*graph.Node{MatrixExp(Scale(4, x))} }) {
		if c.In[0].Shape.Dim(-1) == 2 { // norms that are scaled down
			c.Name += " large"
			info.Cases = append(info.Cases, c)
		}
	}
	return info
}
