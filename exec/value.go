package exec

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/strided"
)

// A home says who owns a memory.
type home uint8

const (
	inArena  home = iota
	fed           // by the caller, at each run
	variable      // storage of a Param or State, as it is before the step
	constant      // written once, when the plan is bound
	staged        // becomes the storage of a variable when the step is committed
	output        // the caller's until the next run
)

// A memory is a stretch of elements that one or more nodes lie in.
type memory struct {
	home   home
	of     graph.Type
	buf    graph.Buffer // bound before the run, or at its start
	slots  []slot       // operands of calls that lie here
	first  int          // the step that writes it
	last   int          // the last step that reads it
	offset int          // in the arena, in bytes

	nodes []*graph.Node // that lie in it, or that it is a copy of
}

// A slot is an operand or a result of a call: it is moved when its memory moves.
type slot struct {
	b     *graph.Buffer
	at, n int // from element at on, n elements
}

// move points every operand that lies in m to where m is now.
func (m *memory) move() {
	for _, s := range m.slots {
		s.b.Place(&m.buf, s.at, s.n)
	}
}

// A value is a node's place: a memory, and a layout in it.
type value struct {
	mem *memory
	typ graph.Type
	at  graph.Layout
}

// dense reports whether v's elements lie in row-major order without gaps.
func (v value) dense() bool {
	st := v.typ.Shape.Strides()
	for i := range v.typ.Shape.Rank() {
		if v.typ.Shape.Dim(i) != 1 && v.at.Strides[i] != st[i] && v.typ.Shape.Size() > 0 {
			return false
		}
	}
	return true
}

// walk is the layout as the copying kernels take it.
func (v value) walk() strided.Walk {
	w := strided.Walk{Rank: v.typ.Shape.Rank(), Strides: v.at.Strides, Offset: v.at.Offset}
	for i := range w.Rank {
		w.Dims[i] = v.typ.Shape.Dim(i)
	}
	return w.Merge()
}

// uniform reports whether all elements of v are one.
func (v value) uniform() bool {
	for i := range v.typ.Shape.Rank() {
		if v.typ.Shape.Dim(i) != 1 && v.at.Strides[i] != 0 {
			return false
		}
	}
	return true
}

// forward reports whether no stride of v is negative.
func (v value) forward() bool {
	return !slices.ContainsFunc(v.at.Strides[:v.typ.Shape.Rank()], func(s int) bool { return s < 0 })
}

// reach is how many elements of the memory v spans, if it is forward.
func (v value) reach() int {
	if v.typ.Shape.Size() == 0 {
		return 0
	}
	n := 1
	for i := range v.typ.Shape.Rank() {
		n += (v.typ.Shape.Dim(i) - 1) * v.at.Strides[i]
	}
	return n
}

func whole(m *memory) value {
	return value{m, m.of, graph.Layout{Strides: m.of.Shape.Strides()}}
}
