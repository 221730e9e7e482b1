package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// lstmCellGrad takes the activations, tanh(next), c and the cotangents of h and next to those of the pre-activations and of c.
//
//	∂next' = ∂next + ∂h·o·(1 − tanh²)        ∂c = ∂next'·f
//	∂aᵢ = ∂next'·g·i(1 − i)    ∂a_f = ∂next'·c·f(1 − f)    ∂a_g = ∂next'·i·(1 − g²)    ∂aₒ = ∂h·tanh·o(1 − o)
type lstmCellGrad struct{}

func (lstmCellGrad) Name() string { return "lstmcellgrad" }

func (lstmCellGrad) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := alike(in[1:]); err != nil {
		return nil, err
	}
	return []graph.Type{in[0], in[2]}, gated(in[:1], in[2], 4)
}

func (lstmCellGrad) Work(in, _ []graph.Type) graph.Work { return perRow(in[2], 20) }

func (lstmCellGrad) Eval(c *graph.Call) error {
	if c.In[2].Type.Dtype == graph.Float32 {
		lstmGradRows[float32](c)
	} else {
		lstmGradRows[float64](c)
	}
	return nil
}

func lstmGradRows[T graph.Floating](call *graph.Call) {
	acts, th, c := graph.Data[T](call.In[0]), graph.Data[T](call.In[1]), graph.Data[T](call.In[2])
	dh, dnext, da, dc := graph.Data[T](call.In[3]), graph.Data[T](call.In[4]), graph.Data[T](call.Out[0]), graph.Data[T](call.Out[1])
	s := call.In[2].Type.Shape
	lo, hi := call.Span(count(s))
	for r, n := lo, s.Dim(-1); r < hi; r++ {
		at := func(v []T) []T { return v[r*n : (r+1)*n] }
		a, d := acts[4*r*n:4*(r+1)*n], da[4*r*n:4*(r+1)*n]
		i, f, g, o := a[:n], a[n:2*n], a[2*n:3*n], a[3*n:]
		total, t, h := at(dc), at(th), at(dh) // ∂next' lies in the place of ∂c until it is no longer needed
		oneMinusSquare(total, t)
		vec.Mul(total, total, o)
		vec.Mul(total, total, h)
		vec.Add(total, total, at(dnext))
		sigmoidSlope(d[:2*n], a[:2*n])
		vec.Mul(d[:n], d[:n], g)
		vec.Mul(d[n:2*n], d[n:2*n], at(c))
		oneMinusSquare(d[2*n:3*n], g)
		vec.Mul(d[2*n:3*n], d[2*n:3*n], i)
		for k := range 3 {
			vec.Mul(d[k*n:(k+1)*n], d[k*n:(k+1)*n], total)
		}
		sigmoidSlope(d[3*n:], o)
		vec.Mul(d[3*n:], d[3*n:], t)
		vec.Mul(d[3*n:], d[3*n:], h)
		vec.Mul(total, total, f)
	}
}

// sigmoidSlope writes y·(1 − y), oneMinusSquare 1 − y²: the slopes of sigmoid and tanh at value y.
func sigmoidSlope[T graph.Floating](dst, y []T) {
	vec.Affine(dst, y, -1, 1)
	vec.Mul(dst, dst, y)
}

func oneMinusSquare[T graph.Floating](dst, y []T) {
	vec.Square(dst, y)
	vec.Affine(dst, dst, -1, 1)
}

func (lstmCellGrad) Define(in []*graph.Node) []*graph.Node {
	n := in[2].Shape().Dim(-1)
	a := Split(in[0], -1, n, n, n, n)
	i, f, g, o := a[0], a[1], a[2], a[3]
	th, c, dh := in[1], in[2], in[3]
	flat := func(y *graph.Node) *graph.Node { return Mul(y, Affine(-1, y, 1)) }
	round := func(y *graph.Node) *graph.Node { return Affine(-1, Square(y), 1) }
	total := Add(in[4], Mul(Mul(round(th), o), dh))
	d := Concat(-1, Mul(Mul(flat(i), g), total), Mul(Mul(flat(f), c), total), Mul(Mul(round(g), i), total), Mul(Mul(flat(o), th), dh))
	return []*graph.Node{d, Mul(total, f)}
}

func (o lstmCellGrad) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return graph.ApplyN(o, 2, Align(in, mapped)...)
}

func lstmCellInfo() Info {
	f := func(in []*graph.Node) []*graph.Node {
		h, next := LSTMCell(in[0], in[1], in[2])
		return []*graph.Node{h, next}
	}
	return Info{Name: "LSTMCell", Order: 4, Cases: cellCases(4, 2, f), Bad: cellBad(4, f)}
}

// cellCases are states of many shapes with pre-activations of so many gates: with all results, with the last one alone, and with the
// first one.
func cellCases(gates, results int, f func(in []*graph.Node) []*graph.Node) (cs []Case) {
	for _, s := range [][]int{
		{1}, {2}, {3}, {17}, {0}, {1, 1}, {2, 3}, {3, 2}, {5, 9}, {0, 2}, {2, 0}, {2, 3, 4}, {2, 1, 2, 2}, {1, 2, 1, 3}, {1, 33},
	} {
		state := graph.Of(s...)
		pre := state.WithDim(-1, gates*state.Dim(-1))
		in := []Operand{{Shape: pre, Draw: Real}, {Shape: pre, Draw: Real}, {Shape: state, Draw: Real}}
		cs = append(cs, Case{fmt.Sprint(s), in, f}, Case{fmt.Sprint(s, " last"), in, func(in []*graph.Node) []*graph.Node {
			return f(in)[results-1:]
		}}, Case{fmt.Sprint(s, " first"), in, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{Square(f(in)[0])}
		}})
	}
	return cs
}

func cellBad(gates int, f func(in []*graph.Node) []*graph.Node) []Bad {
	use := func(d graph.Dtype, dims ...[]int) func(g *graph.Graph) {
		return func(g *graph.Graph) {
			var in []*graph.Node
			for _, s := range dims {
				in = append(in, g.Input("x", d, s...))
			}
			f(in)
		}
	}
	n, want := gates*2, fmt.Sprintf("want pre-activations [..., %d·H] and a state [..., H] of one dtype", gates)
	return []Bad{
		{want, use(graph.Float32, []int{3, n + 1}, []int{3, n + 1}, []int{3, 2})},
		{"and a state", use(graph.Float32, []int{2, n}, []int{2, n}, []int{3, 2})},
		{"and a state", use(graph.Float32, []int{n}, []int{n}, []int{})},
		{fmt.Sprintf("shapes [3 %d] and [%d] do not broadcast", n, n), use(graph.Float32, []int{3, n}, []int{n}, []int{3, 2})},
		{"want float32 or float64, not int32", use(graph.Int32, []int{n}, []int{n}, []int{2})},
	}
}
