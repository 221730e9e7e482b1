package ops

import (
	"fmt"
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/order"
)

// Sort puts the elements along an axis in ascending order, or in descending order, as SortWithIndex does.
func Sort(x *graph.Node, axis int, descending bool) *graph.Node {
	values, _ := SortWithIndex(x, axis, descending)
	return values
}

// ArgSort returns the numbers along an axis, as int32, of the elements in ascending order, or in descending order, as SortWithIndex does. It
// has no derivative.
func ArgSort(x *graph.Node, axis int, descending bool) *graph.Node {
	_, index := SortWithIndex(x, axis, descending)
	return index
}

// SortWithIndex returns the elements along an axis in order, and their numbers there, an int32.
//
//	values[i] = x[index[i]]        ∂x[index[i]] = ∂values[i]
//
// x is numbers. Equals keep their order, in either direction. NaN is larger than any number: it comes last if ascending, as in NumPy, and
// first if descending, as in PyTorch.
func SortWithIndex(x *graph.Node, axis int, descending bool) (values, index *graph.Node) {
	return ranking(sorted{descending}, x, axis)
}

// ranking applies an op with values and numbers along the last axis as results to any other.
func ranking(op graph.Op, x *graph.Node, axis int) (values, index *graph.Node) {
	if !x.Valid() {
		return x, x
	}
	at, err := x.Shape().Axis(axis)
	if err == nil { // refused here, the operand is as the user wrote it
		_, err = op.Infer([]graph.Type{{Dtype: x.Dtype(), Shape: graph.Of(x.Shape().Dim(at))}})
	}
	if err != nil {
		n := x.Graph().Failf("%s: %s %v: %w", op.Name(), x.Called(), x.Shape(), err)
		return n, n
	}
	r := graph.ApplyN(op, 2, MoveAxis(x, at, -1))
	return MoveAxis(r[0], -1, at), MoveAxis(r[1], -1, at)
}

// rankable wants rows of numbers that an int32 can count.
func rankable(t graph.Type) error {
	if d := t.Dtype; !d.Float() && !d.Integer() {
		return fmt.Errorf("want numbers, not %v", d)
	}
	return countable("an axis", t.Shape.Dim(-1))
}

// countable says whether an int32 can number what has n elements.
func countable(what string, n int) error {
	if n > math.MaxInt32 {
		return fmt.Errorf("want %s of at most %d elements, not of %d", what, math.MaxInt32, n)
	}
	return nil
}

// sorted works along the last axis.
type sorted struct{ Descending bool }

func (sorted) Name() string { return "sort" }

func (sorted) Infer(in []graph.Type) ([]graph.Type, error) {
	return []graph.Type{in[0], {Dtype: graph.Int32, Shape: in[0].Shape}}, rankable(in[0])
}

func (sorted) Work(in, _ []graph.Type) graph.Work {
	n := in[0].Shape.Dim(-1)
	return graph.Work{Phases: [3]int{share(count(in[0].Shape), 32*n)}, Local: n * order.Scratch(in[0].Dtype.Size())}
}

func (o sorted) Eval(c *graph.Call) error {
	switch c.In[0].Type.Dtype {
	case graph.Float32:
		sortRows[float32](o, c)
	case graph.Float64:
		sortRows[float64](o, c)
	case graph.Int32:
		sortRows[int32](o, c)
	case graph.Int64:
		sortRows[int64](o, c)
	default:
		sortRows[uint8](o, c)
	}
	return nil
}

func sortRows[T order.Number](o sorted, c *graph.Call) {
	x, y, index := graph.Data[T](c.In[0]), graph.Data[T](c.Out[0]), graph.Data[int32](c.Out[1])
	for r, hi, n := rowsOf(c); r < hi; r++ {
		order.Sort(y[r*n:(r+1)*n], index[r*n:(r+1)*n], x[r*n:(r+1)*n], o.Descending, c.Local.Pointer())
	}
}

func (sorted) VJPs(ys, dys []*graph.Node) []*graph.Node { return takenBack(ys, dys) }

// takenBack adds up the cotangents of values where they were taken from.
func takenBack(ys, dys []*graph.Node) []*graph.Node {
	s := ys[0].In()[0].Shape()
	return []*graph.Node{graph.Apply(scatterAdd{s.Rank() - 1, s.Dim(-1)}, dys[0], ys[1])}
}

func (o sorted) Batch(in []*graph.Node, _ []bool) []*graph.Node { return graph.ApplyN(o, 2, in...) }
