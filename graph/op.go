package graph

// An Op is a pure function of typed arrays: a comparable value whose exported fields are its attributes.
// Infer returns the types of the results for operands of the given types, or says in one clause what was wanted.
type Op interface {
	Name() string
	Infer(in []Type) ([]Type, error)
}

// What else an op can do, it says by implementing some of these.
type (
	// Kernel computes the results. An op without one must be a Composite.
	Kernel interface{ Eval(*Call) error }

	// Parallel cuts a kernel into phases of tasks, from types alone: never from the number of workers, so that the
	// result has the same bits for any. Eval is then called once for each task.
	Parallel interface{ Work(in, out []Type) Work }

	// Piecewise is a parallel kernel that works on arrays of its first operand's shape, operands and results, piece by piece: of them a
	// task of phase 0 reads and writes but its piece, no other task touches that, and later phases touch none of them. The pieces make up the
	// whole. Executors run what is pointwise before and after it on a piece while that is in cache. No runs mean that there are no such pieces.
	Piecewise interface {
		Parallel
		Piece(x Shape, task, tasks int) Runs
	}

	// Yielding is a parallel kernel of one result, of which a task of the last phase writes a piece that no other task touches; the pieces make
	// up the whole. Executors run what is pointwise after it on a piece while that is in cache. No runs mean that there are no such pieces.
	Yielding interface {
		Parallel
		Yield(in []Type, y Type, task, tasks int) Runs
	}

	// Pointwise marks an op that treats all elements alike: any shape will do, so batching is free, and its kernel
	// may be called on any span of the elements, in place or not: its only result may lie where any operand does, one of several
	// where the operand of the same number does.
	Pointwise interface{ Elementwise() }

	// Sure reports that a kernel never fails on operands of these types: a step of such ops alone need not be undone.
	Sure interface{ Sure(in []Type) bool }

	// View marks an op whose only result is its only operand seen through another layout; ok is false where no
	// strides can express it.
	View interface {
		View(x Type, at Layout) (y Layout, ok bool)
	}

	// A Patch's only result is its first operand with the second written over a part of it. Where both lie in one memory,
	// Eval writes that part alone; Part copies what lies there to Out[0], which is of the second operand's type, in one call.
	Patch interface {
		Kernel
		Part(*Call) error
	}

	// Strided is a kernel that can read operand i where it lies, if it lies at such strides, none of them negative: it is copied if not.
	// Call.Layout tells the kernel.
	Strided interface {
		Kernel
		Strided(in []Type, i int, at Layout) bool
	}

	// Partial gives ∂y/∂xᵢ of a pointwise op; the chain rule itself is the engine's business.
	Partial interface{ Partial(y *Node, i int) *Node }
	// VJP pulls the cotangent dy of the only result back to each operand; nil where none flows.
	VJP interface{ VJP(y, dy *Node) []*Node }
	// VJPs does so for several results; a nil dy means no cotangent. Returning nil declines: the engine then
	// differentiates the definition.
	VJPs interface{ VJPs(ys, dys []*Node) []*Node }

	// Composite gives the op in terms of others. Define must not draw: it may run more than once.
	Composite interface{ Define(in []*Node) []*Node }

	// Batcher applies the op to every row at once: each mapped operand has one more leading axis, and so must all
	// results. At least one operand is mapped.
	Batcher interface {
		Batch(in []*Node, mapped []bool) []*Node
	}

	// Simplifier returns an equal but cheaper node, or nil. Executors ask; the graph the user built stays as it is.
	Simplifier interface{ Simplify(n *Node) *Node }

	// Higher lists the bodies an op runs; a Call offers them in this order.
	Higher interface{ Bodies() []*Func }

	// Repeater says how often a kernel runs each of its bodies; once, if it does not say.
	Repeater interface{ Repeats() int }

	// Pruner is an op that can do with fewer operands where some of its results are not used. Needs marks the operands that remain.
	// Prune returns the smaller op, the numbers of its operands and those of its results, among which are all used ones; nil if the op
	// is as small as can be. Bodies that it makes belong to g.
	Pruner interface {
		Needs(used []bool) []bool
		Prune(g *Graph, used []bool) (op Op, operands, results []int)
	}

	// Summer says how a sum of many applications of n is cheaper than its terms: Σₜ n(xₜ) from the stacks of operands, along a new
	// leading axis, or from their sums. stack returns nil where a stack would cost too much memory, and so does Sum where nothing is gained.
	Summer interface {
		SumOver(n *Node, stack, sum func(x *Node) *Node) *Node
	}

	// Restorer says how the first of several results follows, bit for bit, from operands and the other results by pointwise ops and views, at
	// little cost: executors may keep those instead.
	Restorer interface {
		Restore(in, others []*Node) *Node
	}

	// Fuser returns an equal but cheaper node that does the work of n and of what n alone needs, or nil. sole reports that an operand, or an
	// operand's operand, has no other use. Of several results, n is the first, and so is what it becomes. Executors ask, after Simplifier.
	Fuser interface {
		Fuse(n *Node, sole func(x *Node) bool) *Node
	}

	// Rounder returns a node that differs from n by rounding alone, within a bound that its op states, and costs less; nil where none is
	// allowed. The choice does not depend on how many rows a batch has. Executors ask, after Fuser.
	Rounder interface {
		Round(n *Node, allowed Rounding) *Node
	}

	// Preparer is an op that can take operand i as another op has laid it out, which pays where the operand stays the same in many rounds
	// of a loop. Prepare returns that op, of the one operand, and the one that takes its result instead; nil where nothing is gained. The
	// bits are the same.
	Preparer interface {
		Prepare(in []Type, i int) (layOut, op Op)
	}

	// Costed counts floating-point operations, a multiplication and an addition as two; ops of O(n) work need not.
	Costed interface{ Flops(in, out []Type) int64 }

	// Observer marks an op that has an effect on the outside each time it runs: what it computes is not computed ahead.
	Observer interface{ Observes() }
	// Labeled overrides how an op prints.
	Labeled interface{ Label() string }
)

// Rounding says which other ways to compute the same are allowed.
type Rounding uint8

// Exact allows those of the same bits only. Close allows those whose errors were measured to be no larger, on operands that are alike, than
// those of the op itself; Loose also those with errors a few times as large.
const (
	Close Rounding = iota
	Exact
	Loose
)

// Work is how a kernel is cut. Phases run one after the other; the tasks of a phase in any order, at once.
type Work struct {
	Phases  [3]int // tasks of each phase; 0 skips it
	Scratch int    // bytes shared by all tasks of all phases
	Local   int    // bytes of its own for whoever runs a task; the contents do not last
}

// Runs are Count stretches of Len elements, the first from element At on, and each Apart elements after the one before.
type Runs struct{ At, Len, Apart, Count int }

// A Layout says where the elements of an array lie in the buffer of another: element i at Offset + Σ iₖ·Strides[k].
type Layout struct {
	Offset  int
	Strides [MaxRank]int
}

// A Call is one evaluation, or one task of one. Results must be written in full; operands must not be written.
type Call struct {
	In, Out        []Buffer
	Phase, Task    int
	Tasks          int
	Scratch, Local Buffer // of dtype Uint8
	Body           []Body
	At             []Layout // of the operands of a Strided kernel, if one is not dense
}

// Layout says where the elements of operand i are in In[i], which is as long as they reach: its type tells the shape alone.
func (c *Call) Layout(i int) Layout {
	if c.At == nil {
		return Layout{Strides: c.In[i].Type.Shape.Strides()}
	}
	return c.At[i]
}

// A Body runs a Func. Before each Run the caller places In and Out, whose types are set. No Out may overlap an In.
type Body struct {
	In, Out []Buffer
	// Same says which results are not written: −1 is one that is; i ≥ 0 stands for operand i of the Func, which it is; −2 − i for result i,
	// which comes before it and is the same.
	Same []int
	Run  func() error
}

// Span returns the part [lo, hi) of n elements that belongs to the call's task.
func (c *Call) Span(n int) (lo, hi int) {
	t := max(1, c.Tasks)
	return c.Task * n / t, (c.Task + 1) * n / t
}
