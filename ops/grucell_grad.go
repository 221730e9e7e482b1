package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// gruCellGrad takes the activations [r, z, n, uₙ], h and the cotangent of next to those of x, u and h.
//
//	∂xₙ = ∂next·(1 − z)·(1 − n²)    ∂x_z = ∂next·(h − n)·z(1 − z)    ∂xᵣ = ∂xₙ·uₙ·r(1 − r)
//	∂u = ∂x, but ∂uₙ = ∂xₙ·r        ∂h = ∂next·z
type gruCellGrad struct{}

func (gruCellGrad) Name() string { return "grucellgrad" }

func (gruCellGrad) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := alike(in[1:]); err != nil {
		return nil, err
	}
	pre := graph.Type{Dtype: in[1].Dtype, Shape: in[1].Shape.WithDim(-1, 3*in[1].Shape.Dim(-1))}
	return []graph.Type{pre, pre, in[1]}, gated(in[:1], in[1], 4)
}

func (gruCellGrad) Work(in, _ []graph.Type) graph.Work { return perRow(in[1], 20) }

func (gruCellGrad) Eval(c *graph.Call) error {
	if c.In[1].Type.Dtype == graph.Float32 {
		gruGradRows[float32](c)
	} else {
		gruGradRows[float64](c)
	}
	return nil
}

func gruGradRows[T graph.Floating](call *graph.Call) {
	acts, h, dnext := graph.Data[T](call.In[0]), graph.Data[T](call.In[1]), graph.Data[T](call.In[2])
	dx, du, dh := graph.Data[T](call.Out[0]), graph.Data[T](call.Out[1]), graph.Data[T](call.Out[2])
	s := call.In[1].Type.Shape
	lo, hi := call.Span(count(s))
	for r, n := lo, s.Dim(-1); r < hi; r++ {
		a, x, u := acts[4*r*n:4*(r+1)*n], dx[3*r*n:3*(r+1)*n], du[3*r*n:3*(r+1)*n]
		reset, update, new, un := a[:n], a[n:2*n], a[2*n:3*n], a[3*n:]
		d, now, to := dnext[r*n:(r+1)*n], h[r*n:(r+1)*n], dh[r*n:(r+1)*n]
		xr, xz, xn := x[:n], x[n:2*n], x[2*n:]
		oneMinusSquare(xn, new)
		vec.Affine(to, update, -1, 1)
		vec.Mul(xn, xn, to)
		vec.Mul(xn, xn, d)
		sigmoidSlope(x[:2*n], a[:2*n])
		vec.Sub(to, now, new)
		vec.Mul(xz, xz, to)
		vec.Mul(xz, xz, d)
		vec.Mul(xr, xr, un)
		vec.Mul(xr, xr, xn)
		vec.Copy(u[:2*n], x[:2*n])
		vec.Mul(u[2*n:], xn, reset)
		vec.Mul(to, d, update)
	}
}

func (gruCellGrad) Define(in []*graph.Node) []*graph.Node {
	n := in[1].Shape().Dim(-1)
	a := Split(in[0], -1, n, n, n, n)
	r, z, new, un, h, d := a[0], a[1], a[2], a[3], in[1], in[2]
	flat := func(y *graph.Node) *graph.Node { return Mul(y, Affine(-1, y, 1)) }
	xn := Mul(Mul(Affine(-1, Square(new), 1), Affine(-1, z, 1)), d)
	xz := Mul(Mul(flat(z), Sub(h, new)), d)
	xr := Mul(Mul(flat(r), un), xn)
	return []*graph.Node{Concat(-1, xr, xz, xn), Concat(-1, xr, xz, Mul(xn, r)), Mul(d, z)}
}

func (o gruCellGrad) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return graph.ApplyN(o, 3, Align(in, mapped)...)
}
