package ops

import (
	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// GRUCell is one step of a gated recurrent unit (Cho et al., 2014), beside its matrix products: x are the pre-activations from the
// input, u those from the state, in PyTorch's order r, z, n. As in PyTorch the reset gate scales what comes from the state after its
// product, not the state before it.
//
//	r, z = σ(xᵣ + uᵣ), σ(x_z + u_z)        n = tanh(xₙ + r·uₙ)        next = (1 − z)·n + z·h
//
//	x, u [..., 3H]    h, next [..., H], the same leading axes, floats of one dtype
//
// The activations are a further result of the op, for the derivative.
func GRUCell(x, u, h *graph.Node) *graph.Node { return graph.ApplyN(gruCell{}, 2, x, u, h)[0] }

// gruCell has the results next and [r, z, n, uₙ].
type gruCell struct{}

func (gruCell) Name() string { return "grucell" }

func (gruCell) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := gated(in[:2], in[2], 3); err != nil {
		return nil, err
	}
	return []graph.Type{in[2], {Dtype: in[2].Dtype, Shape: in[2].Shape.WithDim(-1, 4*in[2].Shape.Dim(-1))}}, nil
}

func (gruCell) Work(in, _ []graph.Type) graph.Work { return perRow(in[2], 30) }

func (gruCell) Eval(c *graph.Call) error {
	if c.In[2].Type.Dtype == graph.Float32 {
		gruRows[float32](c)
	} else {
		gruRows[float64](c)
	}
	return nil
}

func gruRows[T graph.Floating](call *graph.Call) {
	x, u, h := graph.Data[T](call.In[0]), graph.Data[T](call.In[1]), graph.Data[T](call.In[2])
	next, acts := graph.Data[T](call.Out[0]), graph.Data[T](call.Out[1])
	s := call.In[2].Type.Shape
	lo, hi := call.Span(count(s))
	for r, n := lo, s.Dim(-1); r < hi; r++ {
		xs, us, a := x[3*r*n:3*(r+1)*n], u[3*r*n:3*(r+1)*n], acts[4*r*n:4*(r+1)*n]
		reset, update, new, un := a[:n], a[n:2*n], a[2*n:3*n], a[3*n:]
		to, now := next[r*n:(r+1)*n], h[r*n:(r+1)*n]
		vec.Add(a[:2*n], xs[:2*n], us[:2*n])
		vec.Sigmoid(a[:2*n], a[:2*n])
		vec.Copy(un, us[2*n:])
		vec.Mul(new, reset, un)
		vec.Add(new, new, xs[2*n:])
		vec.Tanh(new, new)
		vec.Sub(to, now, new)
		vec.Mul(to, to, update)
		vec.Add(to, to, new)
	}
}

func (gruCell) Define(in []*graph.Node) []*graph.Node {
	n := in[2].Shape().Dim(-1)
	x, u := Split(in[0], -1, n, n, n), Split(in[1], -1, n, n, n)
	r, z := Sigmoid(Add(x[0], u[0])), Sigmoid(Add(x[1], u[1]))
	new := Tanh(Add(Mul(r, u[2]), x[2]))
	return []*graph.Node{Add(Mul(Sub(in[2], new), z), new), Concat(-1, r, z, new, u[2])}
}

// VJPs covers the cotangent of next; one of the activations is left to the definition.
func (gruCell) VJPs(ys, dys []*graph.Node) []*graph.Node {
	if dys[1] != nil {
		return nil
	}
	return graph.ApplyN(gruCellGrad{}, 3, ys[1], ys[0].In()[2], dys[0])
}

func (o gruCell) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return graph.ApplyN(o, 2, Align(in, mapped)...)
}

func gruCellInfo() Info {
	f := func(in []*graph.Node) []*graph.Node { return []*graph.Node{GRUCell(in[0], in[1], in[2])} }
	return Info{Name: "GRUCell", Order: 4, Cases: cellCases(3, 1, f), Bad: cellBad(3, f)}
}
