package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// LSTMCell is one step of a long short-term memory (Hochreiter & Schmidhuber, 1997, with the forget gate of Gers et al., 2000), beside
// its matrix products: a = x + u are the pre-activations of the gates, x from the input, u from the state, in PyTorch's order i, f, g, o.
//
//	i, f, o = σ(aᵢ), σ(a_f), σ(aₒ)        g = tanh(a_g)
//	next = f·c + i·g                      h = o·tanh(next)
//
//	x, u [..., 4H]    c, h, next [..., H], the same leading axes, floats of one dtype
//
// The activations are further results of the op, for the derivative.
func LSTMCell(x, u, c *graph.Node) (h, next *graph.Node) {
	r := graph.ApplyN(lstmCell{}, 4, x, u, c)
	return r[0], r[1]
}

// lstmCell has the results h, next, the activations [i, f, g, o] and tanh(next).
type lstmCell struct{}

func (lstmCell) Name() string { return "lstmcell" }

func (lstmCell) Infer(in []graph.Type) ([]graph.Type, error) {
	return []graph.Type{in[2], in[2], in[0], in[2]}, gated(in[:2], in[2], 4)
}

// gated says whether pre-activations of n gates, all of one type, fit a state.
func gated(pre []graph.Type, state graph.Type, n int) error {
	if err := alike(pre); err != nil {
		return err
	}
	if !state.Dtype.Float() {
		return wantFloat(state)
	}
	if r := state.Shape.Rank(); r == 0 || pre[0] != (graph.Type{Dtype: state.Dtype, Shape: state.Shape.WithDim(-1, n*state.Shape.Dim(-1))}) {
		return fmt.Errorf("want pre-activations [..., %d·H] and a state [..., H] of one dtype, not %v and %v", n, pre[0], state)
	}
	return nil
}

func (lstmCell) Work(in, _ []graph.Type) graph.Work { return perRow(in[2], 40) }

// perRow shares out the rows of a state, each element of which takes so many simple operations.
func perRow(state graph.Type, each int) graph.Work {
	return graph.Work{Phases: [3]int{share(count(state.Shape), each*state.Shape.Dim(-1))}}
}

func (lstmCell) Eval(c *graph.Call) error {
	if c.In[2].Type.Dtype == graph.Float32 {
		lstmRows[float32](c)
	} else {
		lstmRows[float64](c)
	}
	return nil
}

func lstmRows[T graph.Floating](call *graph.Call) {
	x, u, c := graph.Data[T](call.In[0]), graph.Data[T](call.In[1]), graph.Data[T](call.In[2])
	h, next, acts, th := graph.Data[T](call.Out[0]), graph.Data[T](call.Out[1]), graph.Data[T](call.Out[2]), graph.Data[T](call.Out[3])
	s := call.In[2].Type.Shape
	lo, hi := call.Span(count(s))
	for r, n := lo, s.Dim(-1); r < hi; r++ {
		a, now, cell, t := acts[4*r*n:4*(r+1)*n], c[r*n:(r+1)*n], next[r*n:(r+1)*n], th[r*n:(r+1)*n]
		vec.Add(a, x[4*r*n:4*(r+1)*n], u[4*r*n:4*(r+1)*n])
		i, f, g, o := a[:n], a[n:2*n], a[2*n:3*n], a[3*n:]
		vec.Sigmoid(a[:2*n], a[:2*n])
		vec.Tanh(g, g)
		vec.Sigmoid(o, o)
		vec.Mul(cell, f, now)
		vec.Mul(t, i, g)
		vec.Add(cell, cell, t)
		vec.Tanh(t, cell)
		vec.Mul(h[r*n:(r+1)*n], o, t)
	}
}

func (lstmCell) Define(in []*graph.Node) []*graph.Node {
	n := in[2].Shape().Dim(-1)
	a := Split(Add(in[0], in[1]), -1, n, n, n, n)
	i, f, g, o := Sigmoid(a[0]), Sigmoid(a[1]), Tanh(a[2]), Sigmoid(a[3])
	next := Add(Mul(f, in[2]), Mul(i, g))
	th := Tanh(next)
	return []*graph.Node{Mul(o, th), next, Concat(-1, i, f, g, o), th}
}

// VJPs covers cotangents of h and next; those of the activations are left to the definition.
func (lstmCell) VJPs(ys, dys []*graph.Node) []*graph.Node {
	if dys[2] != nil || dys[3] != nil {
		return nil
	}
	for i := range 2 {
		if dys[i] == nil {
			dys[i] = Like(0, ys[i])
		}
	}
	d := graph.ApplyN(lstmCellGrad{}, 2, ys[2], ys[3], ys[0].In()[2], dys[0], dys[1])
	return []*graph.Node{d[0], d[0], d[1]}
}

func (o lstmCell) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return graph.ApplyN(o, 4, Align(in, mapped)...)
}
