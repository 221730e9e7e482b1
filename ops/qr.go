package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/linalg"
)

// QR returns orthonormal columns Q and upper triangular R with A = Q·R, by Householder's reflections and with the signs of LAPACK, and so of
// NumPy and PyTorch.
//
//	A [..., m, n]    Q [..., m, k]    R [..., k, n], k = min(m, n)
//	dA = (dQ + Q·C)·R⁻ᵀ,  C the symmetric matrix with the lower triangle of R·dRᵀ − dQᵀ·Q        for m ≥ n
//
// (Walter & Lehmann, Algorithmic differentiation of linear algebra functions, 2018). A is floats. Where the first k columns are not
// independent, the derivative is infinite or NaN.
func QR(a *graph.Node) (q, r *graph.Node) {
	if !a.Valid() {
		return a, a
	}
	if err := wantMatrices(a.Type()); err != nil {
		n := refusedAs("qr", a, err)
		return n, n
	}
	m, n := a.Shape().Dim(-2), a.Shape().Dim(-1)
	y := graph.ApplyN(qr{}, 2, Slice(a, -1, 0, min(m, n)))
	q, r = y[0], y[1]
	if n > m {
		r = Concat(-1, r, MatMulT(q, Slice(a, -1, m, n-m), true, false))
	}
	return q, r
}

// qr is of matrices with no more columns than rows.
type qr struct{}

func (qr) Name() string { return "qr" }

func (qr) Infer(in []graph.Type) ([]graph.Type, error) {
	s := in[0].Shape
	if err := wantMatrices(in[0]); err != nil {
		return nil, err
	}
	if s.Dim(-1) > s.Dim(-2) {
		return nil, fmt.Errorf("want no more columns than rows, not %v", matrix(s))
	}
	return []graph.Type{in[0], {Dtype: in[0].Dtype, Shape: s.WithDim(-2, s.Dim(-1))}}, nil
}

func (qr) Work(in, _ []graph.Type) graph.Work {
	m, n := in[0].Shape.Dim(-2), in[0].Shape.Dim(-1)
	return byMatrix(in[0], 2*m*n*n, (2*m+1)*n, in[0].Dtype)
}

func (qr) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		qrOf[float32](c)
	} else {
		qrOf[float64](c)
	}
	return nil
}

func qrOf[T graph.Floating](c *graph.Call) {
	s := c.In[0].Type.Shape
	m, n, local := s.Dim(-2), s.Dim(-1), elements[T](c.Local)
	for i, hi := c.Span(stack(s).Size()); i < hi; i++ {
		linalg.QR(part[T](c.Out[0], i, m*n), part[T](c.Out[1], i, n*n), part[T](c.In[0], i, m*n), local, m, n)
	}
}

func (qr) VJPs(ys, dys []*graph.Node) []*graph.Node {
	q, r := ys[0], ys[1]
	dq, dr := orZero(dys[0], q), orZero(dys[1], r)
	m := Sub(MatMulT(r, dr, false, true), MatMulT(dq, q, true, false))
	c := Add(Tril(m, 0), swapped(Tril(m, -1)))
	return []*graph.Node{swapped(TriangularSolve(r, swapped(Add(dq, MatMul(q, c))), Triangle{Upper: true}))}
}

func (o qr) Batch(in []*graph.Node, _ []bool) []*graph.Node { return graph.ApplyN(o, 2, in...) }

func (qr) Flops(in, _ []graph.Type) int64 {
	return 4 * int64(in[0].Shape.Size()) * int64(in[0].Shape.Dim(-1))
}

func qrInfo() Info {
	return Info{
		Name: "QR", Order: 4, Bad: matrixBad(func(x *graph.Node) { QR(x) }),
		Cases: matrixCases(func(x *graph.Node) []*graph.Node {
			q, r := QR(tall(x))
			return []*graph.Node{q, r}
		}),
	}
}

// tall makes matrices well conditioned: x/4 + 2 on the diagonal.
func tall(x *graph.Node) *graph.Node {
	n, m := Iota(x.Graph(), graph.Int64, x.Shape().Dim(-2)), Iota(x.Graph(), graph.Int64, x.Shape().Dim(-1))
	return Add(Scale(0.25, x), ExpandTo(Scale(2, Cast(Equal(Unsqueeze(n, -1), m), x.Dtype())), x.Shape()))
}

// matrixCases have matrices of any form.
func matrixCases(f func(x *graph.Node) []*graph.Node) (cs []Case) {
	for _, m := range [][]int{{0, 0}, {1, 1}, {2, 2}, {3, 3}, {3, 2}, {2, 3}, {4, 1}, {1, 3}, {0, 2}, {3, 0}} {
		for _, s := range [][]int{{}, {2}, {0}, {2, 1}} {
			of := graph.Of(s...).Append(graph.Of(m...))
			cs = append(cs, Case{fmt.Sprint(of), []Operand{{Shape: of, Draw: Real}}, func(in []*graph.Node) []*graph.Node { return f(in[0]) }})
		}
	}
	return cs
}

func matrixBad(f func(x *graph.Node)) []Bad { return squareBad(f)[1:] }
