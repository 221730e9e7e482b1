package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// MatMul returns the products of matrices A [..., M, K] and B [..., K, N], broadcast over the leading axes.
//
//	C = A·B        dA = dC·Bᵀ        dB = Aᵀ·dC
//
// Operands are floats of one dtype and have at least two axes; vectors are made rows or columns with Unsqueeze. An element of C
// is summed in an order that depends on K alone, so that a row's bits do not depend on the other rows.
func MatMul(a, b *graph.Node) *graph.Node { return MatMulT(a, b, false, false) }

// MatMulT is MatMul with A given as its transpose [..., K, M] if ta, and B as [..., N, K] if tb. Nothing is copied.
func MatMulT(a, b *graph.Node, ta, tb bool) *graph.Node {
	op := matMul{ta, tb}
	if !a.Valid() || !b.Valid() {
		return graph.Apply(op, a, b)
	}
	s, t := a.Shape(), b.Shape()
	batch, ok := broadcast(stack(s), stack(t))
	if _, err := op.Infer([]graph.Type{{Dtype: a.Dtype(), Shape: matrix(s)}, {Dtype: b.Dtype(), Shape: matrix(t)}}); err != nil || !ok {
		return graph.Apply(op, a, b) // is refused, with the operands as the user wrote them
	}
	if batch.Rank() > 0 && !ta && stack(t).Size() == 1 { // many matrices times one: a single tall product
		rows, _ := sides(s, false)
		tall := graph.Apply(op, ReshapeTo(a, graph.Of(stack(s).Size()*rows, s.Dim(-1))), ReshapeTo(b, matrix(t)))
		return ReshapeTo(tall, batch.Append(graph.Of(rows, tall.Shape().Dim(-1))))
	}
	return graph.Apply(op, ExpandTo(a, batch.Append(matrix(s))), ExpandTo(b, batch.Append(matrix(t))))
}

// matMul is op(A)·op(B), op transposing where the flag is set: with the flags the three products of the formula are one op,
// closed under differentiation.
type matMul struct{ TA, TB bool }

func (matMul) Name() string { return "matmul" }

func (o matMul) Infer(in []graph.Type) ([]graph.Type, error) {
	a, b := in[0].Shape, in[1].Shape
	for _, t := range in {
		if !t.Dtype.Float() {
			return nil, wantFloat(t)
		}
		if t.Shape.Rank() < 2 {
			return nil, fmt.Errorf("want matrices, not rank %d; ops.Unsqueeze(x, 0) makes a vector a row, ops.Unsqueeze(x, 1) a column", t.Shape.Rank())
		}
	}
	if in[0].Dtype != in[1].Dtype {
		return nil, fmt.Errorf("dtypes %v and %v differ; ops.Cast converts", in[0].Dtype, in[1].Dtype)
	}
	m, n, k := o.sides(a, b)
	if _, k2 := sides(b, !o.TB); k != k2 {
		return nil, fmt.Errorf("inner dimensions %d and %d differ", k, k2)
	}
	if stack(a) != stack(b) {
		return nil, fmt.Errorf("leading axes %v and %v do not broadcast", stack(a), stack(b))
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: stack(a).Append(graph.Of(m, n))}}, nil
}

func (o matMul) sides(a, b graph.Shape) (m, n, k int) {
	m, k = sides(a, o.TA)
	n, _ = sides(b, !o.TB)
	return m, n, k
}

func (o matMul) VJP(c, dc *graph.Node) []*graph.Node {
	a, b := c.In()[0], c.In()[1]
	da := graph.Apply(matMul{TB: !o.TB}, dc, b)
	if o.TA {
		da = graph.Apply(matMul{TA: o.TB, TB: true}, b, dc)
	}
	db := graph.Apply(matMul{TA: !o.TA}, a, dc)
	if o.TB {
		db = graph.Apply(matMul{TA: true, TB: o.TA}, dc, a)
	}
	return []*graph.Node{da, db}
}

// Simplify takes an operand whose last two axes were exchanged as it was, with the other flag.
func (o matMul) Simplify(n *graph.Node) *graph.Node {
	for i, x := range n.In() {
		t, ok := x.Op().(transpose)
		if !ok || !swapsLast(t.Perm) {
			continue
		}
		in := []*graph.Node{n.In()[0], n.In()[1]}
		in[i] = x.In()[0]
		if i == 0 {
			o.TA = !o.TA
		} else {
			o.TB = !o.TB
		}
		return graph.Apply(o, in...)
	}
	return nil
}

// SumOver joins the axis of the terms to the inner one: Σₜ Aₜ·Bₜ is one product. Stacks of matrices are left alone.
func (o matMul) SumOver(n *graph.Node, stack, _ func(x *graph.Node) *graph.Node) *graph.Node {
	if n.Shape().Rank() != 2 {
		return nil
	}
	a, b := stack(n.In()[0]), stack(n.In()[1])
	if a == nil || b == nil {
		return nil
	}
	inner := func(x *graph.Node, last bool) *graph.Node { // [T, K, M] or [T, M, K], to a matrix with T·K
		s := x.Shape()
		if last {
			return Reshape(Transpose(x, 1, 0, 2), s.Dim(1), s.Dim(0)*s.Dim(2))
		}
		return Reshape(x, s.Dim(0)*s.Dim(1), s.Dim(2))
	}
	return graph.Apply(o, inner(a, !o.TA), inner(b, o.TB))
}

// Batch leaves it to broadcasting: operands that are not mapped lack the leading axis.
func (o matMul) Batch(in []*graph.Node, _ []bool) []*graph.Node {
	return []*graph.Node{MatMulT(in[0], in[1], o.TA, o.TB)}
}
