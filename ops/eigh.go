package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/linalg"
)

// Eigh returns the eigenvalues w of symmetric matrices, in ascending order, and orthonormal eigenvectors V, one a column: A = V·diag(w)·Vᵀ.
//
//	A [..., n, n]    w [..., n]    V [..., n, n]        dA = V·(diag(dw) + F∘(Vᵀ·dV))·Vᵀ, symmetrised,  Fᵢⱼ = 1/(wⱼ − wᵢ)
//
// (Giles, An extended collection of matrix derivative results, 2008, section 3.1.) A is floats; of a matrix that is not symmetric, the mean
// with its transpose is meant. The element of the largest magnitude in each column of V is positive. Eigenvalues as near as n·ε·max|w|, ε
// the distance from 1 to the next number, count as equal: then Fᵢⱼ is 0, so that the first derivative is right of all that does not depend on
// which basis of their common space was found, as of sums over functions of w; higher derivatives of it are not. What is not finite gives NaN.
func Eigh(a *graph.Node) (w, v *graph.Node) {
	r := graph.ApplyN(eigh{}, 2, a)
	return r[0], r[1]
}

type eigh struct{}

func (eigh) Name() string { return "eigh" }

func (eigh) Infer(in []graph.Type) ([]graph.Type, error) {
	s := in[0].Shape
	if err := wantSquare(in[0]); err != nil {
		return nil, err
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: s.Cut(0, s.Rank()-1)}, in[0]}, nil
}

// Work counts float64s: a float32 is rounded once, at the end.
func (eigh) Work(in, _ []graph.Type) graph.Work {
	n := in[0].Shape.Dim(-1)
	return byMatrix(in[0], 9*n*n*n, n*n+3*n, graph.Float64)
}

func (eigh) Eval(c *graph.Call) error {
	s, local := c.In[0].Type.Shape, elements[float64](c.Local)
	n := s.Dim(-1)
	z, w := local[:n*n], local[n*n:n*n+n]
	for i, hi := c.Span(stack(s).Size()); i < hi; i++ {
		widen(z, c.In[0], i)
		symmetricPart(z, n)
		linalg.Eigen(w, z, local[n*n+n:], n)
		narrow(c.Out[0], i, w)
		transposeSquare(z, n)
		narrow(c.Out[1], i, z)
	}
	return nil
}

func transposeSquare(a []float64, n int) {
	for i := range n {
		for j := range i {
			a[i*n+j], a[j*n+i] = a[j*n+i], a[i*n+j]
		}
	}
}

func (eigh) VJPs(ys, dys []*graph.Node) []*graph.Node {
	w, v := ys[0], ys[1]
	if dys[1] == nil {
		return []*graph.Node{MatMulT(Mul(v, Unsqueeze(dys[0], -2)), v, false, true)}
	}
	f := inverted(Sub(Unsqueeze(w, -2), Unsqueeze(w, -1)), Unsqueeze(near0(w), -1))
	in := Mul(f, MatMulT(v, dys[1], true, false))
	if dys[0] != nil {
		in = Add(in, DiagEmbed(dys[0], 0))
	}
	return []*graph.Node{symmetric(MatMulT(MatMul(v, in), v, false, true))}
}

// near0 is what counts as 0 among differences of the elements of rows: n·ε·max|w|, the last axis kept.
func near0(w *graph.Node) *graph.Node {
	n := w.Shape().Dim(-1)
	if n == 0 {
		return Unsqueeze(Sum(w, -1), -1)
	}
	return Scale(float64(n)*epsilon(w.Dtype()), MaxKeep(Abs(StopGradient(w)), -1))
}

func (o eigh) Batch(in []*graph.Node, _ []bool) []*graph.Node { return graph.ApplyN(o, 2, in...) }

func (eigh) Flops(in, _ []graph.Type) int64 {
	return 9 * int64(in[0].Shape.Size()) * int64(in[0].Shape.Dim(-1))
}

func eighInfo() Info {
	info := Info{Name: "Eigh", Order: 4, Bad: squareBad(func(x *graph.Node) { Eigh(x) }), Cases: squareCases(small, func(x *graph.Node) []*graph.Node {
		w, v := Eigh(spectrum(x))
		return []*graph.Node{w, v}
	})}
	return info
}
