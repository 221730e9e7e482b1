package ops

import (
	"fmt"
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

// Ops of linear algebra work on the matrices that the last two axes hold, one task some whole matrices, so that the bits of each depend on
// itself alone. What cannot be factorised gives NaN, which the trap of a plan reports with the line of the model.

// wantMatrices wants matrices of floats.
func wantMatrices(t graph.Type) error {
	if !t.Dtype.Float() {
		return wantFloat(t)
	}
	if t.Shape.Rank() < 2 {
		return fmt.Errorf("want matrices in the last two axes, not rank %d", t.Shape.Rank())
	}
	return nil
}

// wantSquare wants square ones.
func wantSquare(t graph.Type) error {
	if err := wantMatrices(t); err != nil {
		return err
	}
	if t.Shape.Dim(-1) != t.Shape.Dim(-2) {
		return fmt.Errorf("want square matrices, not %v", matrix(t.Shape))
	}
	return nil
}

// byMatrix cuts the matrices of t into tasks, each matrix of so many simple operations; local counts elements.
func byMatrix(t graph.Type, each, local int, d graph.Dtype) graph.Work {
	return graph.Work{Phases: [3]int{share(stack(t.Shape).Size(), each)}, Local: local * d.Size()}
}

// part is matrix i of those of n elements that an array holds.
func part[T graph.Element](b graph.Buffer, i, n int) []T { return graph.Data[T](b)[i*n : (i+1)*n] }

// widen writes part i of n elements as float64s, and narrow writes such back.
func widen(dst []float64, b graph.Buffer, i int) {
	n := len(dst)
	if b.Type.Dtype == graph.Float64 {
		copy(dst, part[float64](b, i, n))
		return
	}
	for k, v := range part[float32](b, i, n) {
		dst[k] = float64(v)
	}
}

func narrow(b graph.Buffer, i int, v []float64) {
	n := len(v)
	if b.Type.Dtype == graph.Float64 {
		copy(part[float64](b, i, n), v)
		return
	}
	to := part[float32](b, i, n)
	for k, x := range v {
		to[k] = float32(x)
	}
}

// symmetricPart makes a the mean of itself and its transpose.
func symmetricPart(a []float64, n int) {
	for i := range n {
		for j := range i {
			m := a[i*n+j]/2 + a[j*n+i]/2
			a[i*n+j], a[j*n+i] = m, m
		}
	}
}

// swapped exchanges the last two axes.
func swapped(x *graph.Node) *graph.Node { return SwapAxes(x, -1, -2) }

// symmetric is the mean of matrices and their transposes.
func symmetric(x *graph.Node) *graph.Node { return Scale(0.5, Add(x, swapped(x))) }

// orZero is a cotangent of y, zeros if there is none.
func orZero(dy, y *graph.Node) *graph.Node {
	if dy == nil {
		return Like(0, y)
	}
	return dy
}

// identities are as many identity matrices as x, square ones, has.
func identities(x *graph.Node) *graph.Node {
	return ExpandTo(Eye(x.Graph(), x.Dtype(), x.Shape().Dim(-1)), x.Shape())
}

// epsilon is the distance from 1 to the next larger number of a float dtype.
func epsilon(d graph.Dtype) float64 {
	if d == graph.Float32 {
		return 0x1p-23
	}
	return 0x1p-52
}

// inverted is 1/d, and 0 where |d| is at most the tolerance.
func inverted(d, tolerance *graph.Node) *graph.Node {
	none := LessEqual(Abs(d), ExpandTo(tolerance, d.Shape()))
	return Where(none, Like(0, d), Reciprocal(Where(none, Like(1, d), d)))
}

// stacks are the leading axes that ops on matrices are checked at.
var stacks = [][]int{{}, {1}, {2}, {0}, {2, 1}, {3, 2}}

// squareCases have matrices of up to 4 rows.
func squareCases(d Domain, f func(x *graph.Node) []*graph.Node) (cs []Case) {
	for n := range 5 {
		for _, s := range stacks {
			of := graph.Of(s...).Append(graph.Of(n, n))
			cs = append(cs, Case{fmt.Sprint(of), []Operand{{Shape: of, Draw: d}}, func(in []*graph.Node) []*graph.Node { return f(in[0]) }})
		}
	}
	return cs
}

// squareBad is what no op on square matrices takes.
func squareBad(f func(x *graph.Node)) []Bad {
	return []Bad{
		{"want square matrices, not [2 3]", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 4, 2, 3)) }},
		{"want matrices in the last two axes, not rank 1", func(g *graph.Graph) { f(g.Input("x", graph.Float32, 3)) }},
		{"want matrices in the last two axes, not rank 0", func(g *graph.Graph) { f(g.Input("x", graph.Float64)) }},
		{"not int32; ops.Cast converts", func(g *graph.Graph) { f(g.Input("x", graph.Int32, 3, 3)) }},
		{"not bool; ops.Cast converts", func(g *graph.Graph) { f(g.Input("x", graph.Bool, 3, 3)) }},
	}
}

// dominant makes any square matrices well conditioned: x/4 + 2·I.
func dominant(x *graph.Node) *graph.Node { return Add(Scale(0.25, x), Scale(2, identities(x))) }

// definite makes symmetric positive definite ones: x·xᵀ/4 + I.
func definite(x *graph.Node) *graph.Node {
	return Add(Scale(0.25, MatMulT(x, x, false, true)), identities(x))
}

// spread makes symmetric matrices whose eigenvalues are some 2 apart: (x + xᵀ)/16 + diag(0, 2, 4, …).
func spectrum(x *graph.Node) *graph.Node {
	n := x.Shape().Dim(-1)
	d := DiagEmbed(Scale(2, Iota(x.Graph(), x.Dtype(), n)), 0)
	return Add(Scale(0.0625, Add(x, swapped(x))), ExpandTo(d, x.Shape()))
}

// small draws from [−1, 1).
func small(r *rand.Rand, n int) []float64 { return between(-1, 1)(r, n) }
