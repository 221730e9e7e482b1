package exec

import (
	"slices"
	"unsafe"

	"github.com/kedja-ml/kedja/graph"
)

// wire binds what never moves and prepares every step.
//
// It assumes that every memory has its place. After it, the plan can run.
func (b *compiler) wire() error {
	for _, s := range b.steps {
		b.need = max(b.need, s.head().work.Local)
	}
	for _, s := range b.steps {
		s.prepare(b.Plan)
	}
	b.staff(b.workers)
	for _, m := range b.all {
		if m.home != fed && m.home != variable && !(b.inner && m.home == output) {
			m.move()
		}
	}
	b.given = make([]graph.Buffer, len(b.feeds))
	b.order()
	if b.inner {
		return nil
	}
	for i, n := range b.roots[:b.outs] {
		b.out = append(b.out, b.results[i].buf.As(n.Shape()))
		b.dense = append(b.dense, denseOf(b.results[i].buf))
	}
	return nil
}

// order lists the variables by address, so that plans that run at once lock them in one order and never wait for each
// other in a circle.
func (b *compiler) order() {
	write := map[*graph.Storage]bool{}
	for _, r := range b.reads {
		write[r.v.Storage()] = r.v == graph.Var(b.rng)
	}
	for _, v := range b.vars {
		write[v.Storage()] = true
	}
	for s, w := range write {
		b.lock = append(b.lock, locked{s, w})
	}
	slices.SortFunc(b.lock, func(x, y locked) int {
		if uintptr(unsafe.Pointer(x.s)) < uintptr(unsafe.Pointer(y.s)) {
			return -1
		}
		return 1
	})
}
