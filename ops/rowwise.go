package ops

import (
	"math"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// rowwise is embedded by ops on floats along the last axis, each row alone, whose result has the type of each operand.
type rowwise struct{}

func (rowwise) Infer(in []graph.Type) ([]graph.Type, error) {
	if err := wantRows(in[0]); err != nil {
		return nil, err
	}
	return in[:1], alike(in)
}

func (rowwise) Work(in, _ []graph.Type) graph.Work { return byRow(in[0]) }

func (rowwise) Piece(x graph.Shape, task, tasks int) graph.Runs { return rowsPiece(x, task, tasks) }

// rowsPiece is the piece of a task of byRow.
func rowsPiece(x graph.Shape, task, tasks int) graph.Runs {
	lo, hi := (&graph.Call{Task: task, Tasks: tasks}).Span(count(x))
	n := x.Dim(-1)
	return graph.Runs{At: lo * n, Len: (hi - lo) * n, Count: 1}
}

func wantRows(t graph.Type) error {
	if !t.Dtype.Float() {
		return wantFloat(t)
	}
	_, err := t.Shape.Axis(-1)
	return err
}

// byRow cuts the rows of x along its last axis into tasks, and gives each of them the memory of a row.
func byRow(x graph.Type) graph.Work {
	n := x.Shape.Dim(-1)
	return graph.Work{Phases: [3]int{share(count(x.Shape), 4*n)}, Local: n * x.Dtype.Size()}
}

// count is the number of rows along the last axis.
func count(s graph.Shape) int { return s.Cut(0, s.Rank()-1).Size() }

// rowsOf is the range of rows of the first operand that are the task's, and their length.
func rowsOf(c *graph.Call) (lo, hi, n int) {
	s := c.In[0].Type.Shape
	lo, hi = c.Span(count(s))
	return lo, hi, s.Dim(-1)
}

// alongLast applies an op that works along the last axis to any other.
func alongLast(op graph.Op, x *graph.Node, axis int) *graph.Node {
	if !x.Valid() {
		return x
	}
	at, err := x.Shape().Axis(axis)
	if err != nil {
		return x.Graph().Failf("%s: %s %v: %w", op.Name(), x.Called(), x.Shape(), err)
	}
	return MoveAxis(graph.Apply(op, MoveAxis(x, at, -1)), -1, at)
}

// exponentials writes e^(x − shift) of a row, and returns the shift and the logarithm of their sum: the shift is the largest
// element, so that nothing overflows, or 0 if that is infinite.
func exponentials[T graph.Floating](dst, x []T) (shift, log T) {
	if len(x) == 0 {
		return 0, T(math.Inf(-1))
	}
	if shift = vec.Max(x); math.IsInf(float64(shift), 0) {
		shift = 0
	}
	return shift, T(math.Log(float64(vec.ExpSumShift(dst, x, shift))))
}
