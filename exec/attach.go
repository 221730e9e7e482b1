package exec

import (
	"slices"

	"github.com/kedja-ml/kedja/graph"
)

// A kernel that works piece by piece runs the pointwise groups right before and after it piece by piece, too: what passes between them is
// still in cache. A group that makes an operand is run on a piece before the kernel's task, one that reads a result after it. It is exact:
// a pointwise op's bits depend on neither. A kernel that only yields its result so, such as a product, runs the group after it.

// A cut says which piece of arrays of a shape is whole after each task of a phase; through and through if operands are cut so, too.
type cut struct {
	of      func(task, tasks int) graph.Runs
	shape   graph.Shape
	phase   int
	through bool
}

func (k *kernelStep) cut() (c cut, ok bool) {
	switch op := k.op.(type) {
	case graph.Piecewise:
		shape := k.in[0].typ.Shape
		return cut{func(task, tasks int) graph.Runs { return op.Piece(shape, task, tasks) }, shape, 0, true}, true
	case graph.Yielding:
		var in []graph.Type
		for _, v := range k.in {
			in = append(in, v.typ)
		}
		y := k.node.Type()
		c = cut{of: func(task, tasks int) graph.Runs { return op.Yield(in, y, task, tasks) }, shape: y.Shape}
		for i, tasks := range k.work.Phases {
			if tasks > 0 {
				c.phase = i
			}
		}
		return c, true
	}
	return c, false
}

// shortRun is below how many elements that lie together a group would spend its time on calls.
const shortRun = 4096

// piecewise returns how k is cut if a group of n elements can be attached to it.
func (k *kernelStep) piecewise(n, tasks int) *cut {
	c, ok := k.cut()
	if !ok || n == 0 || c.shape.Size() != n || k.work.Phases[c.phase] < min(tasks, 8) {
		return nil
	}
	if r := c.of(0, k.work.Phases[c.phase]); r.Count == 0 || r.Count > 1 && r.Len < shortRun {
		return nil
	}
	return &c
}

// whole reports whether v is all of m, in its order.
func (v value) whole() bool {
	return v.at.Offset == 0 && v.dense() && v.typ.Shape.Size() == v.mem.of.Shape.Size()
}

// follow attaches s to the kernel right before it, if s reads a result of that, and reports whether it did.
func (b *compiler) follow(s *tileStep) bool {
	if len(b.steps) == 0 {
		return false
	}
	k, ok := b.steps[len(b.steps)-1].(*kernelStep)
	if !ok || k.after != nil {
		return false
	}
	piece := k.piecewise(s.n, s.work.Phases[0])
	if piece == nil {
		return false
	}
	reads := false
	for _, l := range s.loads {
		for _, m := range k.out {
			if l.v.mem == m {
				if m.of.Shape != piece.shape || !l.v.whole() {
					return false
				}
				reads = true
			}
		}
		if k.before != nil && !l.v.whole() && slices.ContainsFunc(k.before.stores, func(st store) bool { return st.m == l.v.mem }) {
			return false
		}
	}
	if !reads {
		return false
	}
	for _, st := range s.stores {
		if st.over && k.reads(st.m) { // a task may read what another one has written over
			return false
		}
	}
	at := len(b.steps) - 1 // one earlier than it seemed
	for _, st := range s.stores {
		st.m.first, st.m.last = min(st.m.first, at), min(st.m.last, at)
	}
	for _, l := range s.loads {
		l.v.mem.last = min(l.v.mem.last, at)
	}
	k.piece, k.after = piece, s
	k.header.op, k.work.Local = k.header.op+" → "+s.header.op, max(k.work.Local, s.work.Local)
	return true
}

// reads reports whether k, or the group before it, reads m.
func (k *kernelStep) reads(m *memory) bool {
	return slices.ContainsFunc(k.in, func(v value) bool { return v.mem == m }) ||
		k.before != nil && slices.ContainsFunc(k.before.loads, func(l load) bool { return l.v.mem == m })
}

// lead attaches to k, which is about to be added, the group right before it, if that makes an operand of k.
func (b *compiler) lead(k *kernelStep) {
	if len(b.steps) == 0 {
		return
	}
	s, ok := b.steps[len(b.steps)-1].(*tileStep)
	if !ok {
		return
	}
	piece := k.piecewise(s.n, s.work.Phases[0])
	if piece == nil || !piece.through {
		return
	}
	makes := false
	for _, st := range s.stores {
		for _, v := range k.in {
			if v.mem != st.m {
				continue
			}
			if v.typ.Shape != piece.shape || !v.whole() {
				return
			}
			makes = true
		}
	}
	if makes {
		k.piece, k.before = piece, s
		k.header.op, k.work.Local = s.header.op+" → "+k.header.op, max(k.work.Local, s.work.Local)
		b.steps = b.steps[:len(b.steps)-1]
	}
}

// groups lists what is attached to k.
func (k *kernelStep) groups() (ss []*tileStep) {
	for _, s := range []*tileStep{k.before, k.after} {
		if s != nil {
			ss = append(ss, s)
		}
	}
	return ss
}

// attached runs s on the piece of a task.
func (k *kernelStep) attached(s *tileStep, task, worker int) error {
	k.hand[worker] = s
	r := k.piece.of(task, k.work.Phases[k.piece.phase])
	size := -1
	for i := range r.Count {
		at := r.At + i*r.Apart
		var err error
		if size, err = s.span(at, at+r.Len, size, worker, false); err != nil {
			return err
		}
	}
	k.hand[worker] = nil
	return nil
}

// look lets the trap look at the result in m piece by piece, if k can, and reports whether it can.
func (k *kernelStep) look(m *memory) bool {
	if k.piece == nil {
		k.piece = k.piecewise(m.of.Shape.Size(), 1)
	}
	if k.piece != nil && m.of.Shape != k.piece.shape {
		return false
	}
	if k.piece != nil {
		k.watch = append(k.watch, slices.Index(k.out, m))
	}
	return k.piece != nil
}

// wroteNaN looks at the piece of a task in the results that the trap watches.
func (k *kernelStep) wroteNaN(task int) bool {
	r := k.piece.of(task, k.work.Phases[k.piece.phase])
	for _, o := range k.watch {
		for i := range r.Count {
			if hasNaN(part(k.out[o].buf, r.At+i*r.Apart, r.Len)) {
				return true
			}
		}
	}
	return false
}
