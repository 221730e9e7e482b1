package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/linalg"
)

// SVD returns the singular values s of matrices, in descending order, and orthonormal singular vectors, the columns of U and the rows of Vᵀ:
// A = U·diag(s)·Vᵀ.
//
//	A [..., m, n]    U [..., m, k]    s [..., k]    Vᵀ [..., k, n], k = min(m, n)
//	dA = U·(diag(ds) + (F∘(Uᵀ·dU − dUᵀ·U))·S + S·(F∘(Vᵀ·dV − dVᵀ·V)))·Vᵀ + (I − U·Uᵀ)·dU·S⁻¹·Vᵀ,  Fᵢⱼ = 1/(sⱼ² − sᵢ²)        for m ≥ n
//
// (Townsend, Differentiating the singular value decomposition, 2016.) A is floats. The element of the largest magnitude is positive in each
// column of U, if m ≥ n, and in each row of Vᵀ otherwise. Values as near as k·ε·s₁, ε the distance from 1 to the next number, count as equal,
// and as 0 if they are as small: then Fᵢⱼ, or 1/sᵢ, is 0, so that the first derivative is right of all that does not depend on which basis of
// the common space was found; higher derivatives of it are not. What is not finite gives NaN.
func SVD(a *graph.Node) (u, s, vt *graph.Node) {
	if !a.Valid() {
		return a, a, a
	}
	if err := wantMatrices(a.Type()); err != nil {
		n := refusedAs("svd", a, err)
		return n, n, n
	}
	if a.Shape().Dim(-1) > a.Shape().Dim(-2) {
		r := graph.ApplyN(svd{}, 3, swapped(a))
		return swapped(r[2]), r[1], swapped(r[0])
	}
	r := graph.ApplyN(svd{}, 3, a)
	return r[0], r[1], r[2]
}

// svd is of matrices with no more columns than rows.
type svd struct{}

func (svd) Name() string { return "svd" }

func (svd) Infer(in []graph.Type) ([]graph.Type, error) {
	s := in[0].Shape
	if err := wantMatrices(in[0]); err != nil {
		return nil, err
	}
	n := s.Dim(-1)
	if n > s.Dim(-2) {
		return nil, fmt.Errorf("want no more columns than rows, not %v", matrix(s))
	}
	values, right := in[0], in[0]
	values.Shape, right.Shape = stack(s).Append(graph.Of(n)), s.WithDim(-2, n)
	return []graph.Type{in[0], values, right}, nil
}

// Work counts float64s: a float32 is rounded once, at the end.
func (svd) Work(in, _ []graph.Type) graph.Work {
	m, n := in[0].Shape.Dim(-2), in[0].Shape.Dim(-1)
	return byMatrix(in[0], 20*m*n*n, 2*m*n+n*n+n, graph.Float64)
}

func (svd) Eval(c *graph.Call) error {
	s, local := c.In[0].Type.Shape, elements[float64](c.Local)
	m, n := s.Dim(-2), s.Dim(-1)
	a, u, v, w := local[:m*n], local[m*n:2*m*n], local[2*m*n:2*m*n+n*n], local[2*m*n+n*n:2*m*n+n*n+n]
	for i, hi := c.Span(stack(s).Size()); i < hi; i++ {
		widen(a, c.In[0], i)
		for k, x := range a {
			u[k%n*m+k/n] = x
		}
		linalg.SVD(u, w, v, m, n)
		for k := range a {
			a[k] = u[k%n*m+k/n]
		}
		narrow(c.Out[0], i, a)
		narrow(c.Out[1], i, w)
		narrow(c.Out[2], i, v)
	}
	return nil
}

func (svd) VJPs(ys, dys []*graph.Node) []*graph.Node {
	u, s, vt := ys[0], ys[1], ys[2]
	var in *graph.Node // what stands between U and Vᵀ
	add := func(x *graph.Node) {
		if in == nil {
			in = x
		} else {
			in = Add(in, x)
		}
	}
	if dys[1] != nil {
		add(DiagEmbed(dys[1], 0))
	}
	row, tolerance := Unsqueeze(s, -2), near0(s)
	column := Unsqueeze(s, -1)
	f := func(x *graph.Node) *graph.Node { // of the two factors of sⱼ² − sᵢ², the sum is 0 only where both are
		y := inverted(Sub(row, column), Unsqueeze(tolerance, -1))
		return Mul(Mul(y, inverted(Add(row, column), Unsqueeze(tolerance, -1))), Sub(x, swapped(x)))
	}
	if dys[0] != nil {
		add(Mul(f(MatMulT(u, dys[0], true, false)), row))
	}
	if dys[2] != nil {
		add(Mul(column, f(MatMulT(vt, dys[2], false, true))))
	}
	da := MatMul(MatMul(u, in), vt)
	if dys[0] != nil && u.Shape().Dim(-2) > u.Shape().Dim(-1) {
		outside := Sub(dys[0], MatMul(u, MatMulT(u, dys[0], true, false)))
		da = Add(da, MatMul(Mul(outside, Unsqueeze(inverted(s, tolerance), -2)), vt))
	}
	return []*graph.Node{da}
}

func (o svd) Batch(in []*graph.Node, _ []bool) []*graph.Node { return graph.ApplyN(o, 3, in...) }

func svdInfo() Info {
	return Info{
		Name: "SVD", Order: 4, Bad: matrixBad(func(x *graph.Node) { SVD(x) }),
		Cases: matrixCases(func(x *graph.Node) []*graph.Node {
			u, s, vt := SVD(graded(x))
			return []*graph.Node{u, s, vt}
		}),
	}
}

// graded makes matrices whose singular values are some 2 apart: x/8 + diag(2, 4, …).
func graded(x *graph.Node) *graph.Node {
	m, n := x.Shape().Dim(-2), x.Shape().Dim(-1)
	k := min(m, n)
	d := DiagEmbed(Affine(2, Iota(x.Graph(), x.Dtype(), k), 2), 0)
	return Add(Scale(0.125, x), ExpandTo(Pad(Pad(d, -2, 0, m-k), -1, 0, n-k), x.Shape()))
}
