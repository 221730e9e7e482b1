package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/linalg"
)

// A Triangle says how a matrix is meant to be triangular: its lower half counts, or its upper one; it is applied as it is, or transposed;
// its diagonal is what it holds, or ones.
type Triangle struct{ Upper, Transposed, Unit bool }

// TriangularSolve returns the solutions X of op(A)·X = B, op(A) being A or its transpose, where one half of A counts; leading axes broadcast.
//
//	A [..., n, n]    B [..., n, k]    X [..., n, k]        dB = op(A)⁻ᵀ·dX        d op(A) = −dB·Xᵀ in the half that counts
//
// Operands are floats of one dtype. The other half of A is not read. A zero on the diagonal divides, and gives infinities or NaN. X·A = B is
// the transpose of Aᵀ·Xᵀ = Bᵀ.
func TriangularSolve(a, b *graph.Node, how Triangle) *graph.Node {
	a, b = stackedAlike(a, b)
	return graph.Apply(triangularSolve{how}, a, b)
}

// stackedAlike broadcasts the leading axes of matrices, if it can.
func stackedAlike(a, b *graph.Node) (x, y *graph.Node) {
	if !a.Valid() || !b.Valid() || a.Shape().Rank() < 2 || b.Shape().Rank() < 2 {
		return a, b
	}
	lead, ok := broadcast(stack(a.Shape()), stack(b.Shape()))
	if !ok {
		return a, b
	}
	return ExpandTo(a, lead.Append(matrix(a.Shape()))), ExpandTo(b, lead.Append(matrix(b.Shape())))
}

type triangularSolve struct{ How Triangle }

func (triangularSolve) Name() string { return "triangularsolve" }

func (triangularSolve) Infer(in []graph.Type) ([]graph.Type, error) {
	return in[1:2], wantSystem(in[0], in[1])
}

// wantSystem wants matrices and right sides that fit.
func wantSystem(a, b graph.Type) error {
	if err := wantSquare(a); err != nil {
		return err
	}
	if err := wantMatrices(b); err != nil {
		return err
	}
	switch {
	case a.Dtype != b.Dtype:
		return fmt.Errorf("dtypes %v and %v differ; ops.Cast converts", a.Dtype, b.Dtype)
	case a.Shape.Dim(-1) != b.Shape.Dim(-2):
		return fmt.Errorf("want right sides of %d rows, not %d", a.Shape.Dim(-1), b.Shape.Dim(-2))
	case stack(a.Shape) != stack(b.Shape):
		return fmt.Errorf("leading axes %v and %v do not broadcast", stack(a.Shape), stack(b.Shape))
	}
	return nil
}

func (triangularSolve) Work(in, _ []graph.Type) graph.Work {
	n, k := in[1].Shape.Dim(-2), in[1].Shape.Dim(-1)
	return byMatrix(in[0], n*n*k/2, 0, in[0].Dtype)
}

func (o triangularSolve) Eval(c *graph.Call) error {
	if c.In[0].Type.Dtype == graph.Float32 {
		triangularSolves[float32](o, c)
	} else {
		triangularSolves[float64](o, c)
	}
	return nil
}

func triangularSolves[T graph.Floating](o triangularSolve, c *graph.Call) {
	s := c.In[1].Type.Shape
	n, k := s.Dim(-2), s.Dim(-1)
	for i, hi := c.Span(stack(s).Size()); i < hi; i++ {
		x := part[T](c.Out[0], i, n*k)
		copy(x, part[T](c.In[1], i, n*k))
		linalg.SolveTriangular(linalg.Triangle(o.How), x, part[T](c.In[0], i, n*n), n, k)
	}
}

func (o triangularSolve) VJP(x, dx *graph.Node) []*graph.Node {
	back := o.How
	back.Transposed = !back.Transposed
	db := graph.Apply(triangularSolve{back}, x.In()[0], dx)
	da := MatMulT(db, x, false, true)
	if o.How.Transposed {
		da = MatMulT(x, db, false, true)
	}
	k := 0
	if o.How.Unit {
		k = 1
	}
	if o.How.Upper {
		return []*graph.Node{Neg(Triu(da, k)), db}
	}
	return []*graph.Node{Neg(Tril(da, -k)), db}
}

func (o triangularSolve) Batch(in []*graph.Node, mapped []bool) []*graph.Node {
	return []*graph.Node{graph.Apply(o, Align(in, mapped)...)}
}

func (triangularSolve) Flops(in, _ []graph.Type) int64 {
	return int64(in[1].Shape.Size()) * int64(in[1].Shape.Dim(-2))
}

func triangularSolveInfo() Info {
	f := func(a, b *graph.Node) *graph.Node { return TriangularSolve(a, b, Triangle{}) }
	info := Info{Name: "TriangularSolve", Order: 4, Bad: systemBad(f)}
	for how := range 8 {
		t := Triangle{Upper: how&1 > 0, Transposed: how&2 > 0, Unit: how&4 > 0}
		for _, c := range systemCases(func(a, b *graph.Node) *graph.Node { return TriangularSolve(a, b, t) }) {
			c.Name += fmt.Sprint(" ", t)
			info.Cases = append(info.Cases, c)
		}
	}
	return info
}

// systemBad is what no solver takes.
func systemBad(f func(a, b *graph.Node) *graph.Node) []Bad {
	return append(squareBad(func(x *graph.Node) { f(x, x.Graph().Input("b", graph.Float32, 3, 1)) }),
		Bad{"want right sides of 2 rows, not 3", func(g *graph.Graph) { f(g.Input("a", graph.Float32, 2, 2), g.Input("b", graph.Float32, 3, 1)) }},
		Bad{"dtypes float32 and float64 differ", func(g *graph.Graph) { f(g.Input("a", graph.Float32, 2, 2), g.Input("b", graph.Float64, 2, 1)) }},
		Bad{"leading axes [2] and [3] do not broadcast", func(g *graph.Graph) { f(g.Input("a", graph.Float32, 2, 2, 2), g.Input("b", graph.Float32, 3, 2, 1)) }},
		Bad{"want matrices in the last two axes, not rank 1", func(g *graph.Graph) { f(g.Input("a", graph.Float32, 2, 2), g.Input("b", graph.Float32, 2)) }},
	)
}

// systemCases solve well conditioned systems.
func systemCases(f func(a, b *graph.Node) *graph.Node) (cs []Case) {
	for _, s := range [][2][]int{
		{{0, 0}, {0, 2}},
		{{1, 1}, {1, 1}},
		{{2, 2}, {2, 3}},
		{{3, 3}, {3, 1}},
		{{4, 4}, {4, 0}},
		{{2, 3, 3}, {2, 3, 2}},
		{{2, 2}, {3, 2, 1}},
		{{2, 1, 3, 3}, {2, 3, 2}},
	} {
		in := []Operand{{Shape: graph.Of(s[0]...), Draw: Real}, {Shape: graph.Of(s[1]...), Draw: Real}}
		cs = append(cs, Case{fmt.Sprint(s[0], s[1]), in, func(in []*graph.Node) []*graph.Node {
			return []*graph.Node{f(dominant(in[0]), in[1])}
		}})
	}
	return cs
}
