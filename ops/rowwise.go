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

// byRow cuts the rows of x along its last axis into tasks.
func byRow(x graph.Type) graph.Work {
	n := x.Shape.Dim(-1)
	return graph.Work{Phases: [3]int{share(count(x.Shape), 4*n)}}
}

// rowsThenSums is embedded by ops whose first result is made row by row, and whose others are sums over all rows: in scratch each task leaves its sums
// for each of them, and in a second phase addTasks makes one of all.
type rowsThenSums struct{}

func (rowsThenSums) Work(_, out []graph.Type) graph.Work {
	w := byRow(out[0])
	w.Phases[1] = 1
	for _, t := range out[1:] {
		w.Scratch += w.Phases[0] * t.Bytes()
	}
	return w
}

func (rowsThenSums) Piece(x graph.Shape, task, tasks int) graph.Runs {
	if x.Rank() == 1 { // a single row: the sums have its shape, too
		return graph.Runs{}
	}
	return rowsPiece(x, task, tasks)
}

// addTasks adds up, in order, what the tasks left in scratch: one after the other, and each a part for each result.
func addTasks[T graph.Floating](scratch []T, results ...[]T) {
	for _, r := range results {
		vec.Fill(r, 0)
	}
	for len(scratch) > 0 {
		for _, r := range results {
			vec.Add(r, r, scratch)
			scratch = scratch[len(r):]
		}
	}
}

// overRows sums over all axes but the last.
func overRows(x *graph.Node) *graph.Node {
	axes := make([]int, x.Shape().Rank()-1)
	for i := range axes {
		axes[i] = i
	}
	if len(axes) == 0 {
		return x
	}
	return Sum(x, axes...)
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

// logSum returns the logarithm of Σ e^(x − shift) over a row, and the shift.
func logSum[T graph.Floating](x []T) (shift, log T) {
	shift = shiftOf(x)
	return shift, T(math.Log(float64(vec.ExpSum(x, shift))))
}

// shiftOf is the largest element of a row, so that e^(x − shift) does not overflow, or 0 if that is infinite or there is none.
func shiftOf[T graph.Floating](x []T) T {
	shift := vec.Max(x)
	if math.IsInf(float64(shift), 0) {
		return 0
	}
	return shift
}
