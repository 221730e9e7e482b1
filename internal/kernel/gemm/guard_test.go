package gemm

import (
	"runtime/debug"
	"testing"

	"pgregory.net/rapid"

	"github.com/kedja-ml/kedja/internal/kernel/guard"
)

// pages hands out guarded copies of operands; which side is guarded is drawn for each.
type pages[T Float] struct {
	*rapid.T
	frees []func()
}

func (g *pages[T]) of(s []T) []T {
	if s == nil {
		return nil
	}
	p, free := guard.Slice[T](len(s), rapid.Bool().Draw(g.T, "guarded at its end"))
	g.frees = append(g.frees, free)
	copy(p, s)
	return p
}

func (g *pages[T]) free() {
	for _, f := range g.frees {
		f()
	}
}

func guarded[T Float](t *rapid.T) *pages[T] {
	debug.SetPanicOnFault(true) // of this goroutine: rapid reports what it drew
	return &pages[T]{T: t}
}

// No tile or packer reads or writes beyond an operand, its memory or what it was given to pack into.
func TestGuardedProduct(t *testing.T) { each(t, guardedProduct[float32], guardedProduct[float64]) }

func guardedProduct[T Float](t *rapid.T, s isa) {
	p, r := drawPlan[T](t, s), source64(t)
	x := newProduct[T](p, r, rapid.Bool().Draw(t, "bias"))
	want := x.run(t, r)
	if rapid.Bool().Draw(t, "prepared") && p.M > 0 && p.N > 0 {
		q := p.prepare()
		packed := newFenced[T](q.Prepared())
		for task := range q.Preparing() {
			Prepare(q, task, x.b.in, packed.in)
		}
		x.Plan, x.b = q, packed
	} else if p.M > 0 && p.N > 0 {
		x.Plan = anyCut(t, p)
	}
	g := guarded[T](t)
	defer g.free()
	a, b, c, bias := g.of(x.a.in), g.of(x.b.in), g.of(x.c.in), g.of(x.bias)
	scratch, local := g.of(make([]T, x.Scratch())), g.of(make([]T, x.Local()))
	for phase, n := range x.Phases() {
		for task := range n {
			Run(x.Plan, phase, task, c, a, b, bias, scratch, local)
		}
	}
	if err := same(c, want); err != nil {
		t.Fatal(err)
	}
}

func TestGuardedParts(t *testing.T) {
	t.Run("float32", func(t *testing.T) { rapid.Check(t, guardedParts[float32]) })
	t.Run("float64", func(t *testing.T) { rapid.Check(t, guardedParts[float64]) })
}

// guardedParts multiplies by the functions that engines of other packages build on.
func guardedParts[T Float](t *rapid.T) {
	m, k, r := size(40).Draw(t, "m"), size(100).Draw(t, "k"), source64(t)
	nr := NR[T]()
	w := rapid.IntRange(1, nr).Draw(t, "w")
	p := New[T](m, w, k, rapid.Bool().Draw(t, "ta"), rapid.Bool().Draw(t, "tb"))
	gap := rapid.IntRange(0, 3)
	p.LDA, p.LDB, p.LDC = p.LDA+gap.Draw(t, "lda"), p.LDB+gap.Draw(t, "ldb"), p.LDC+gap.Draw(t, "ldc")
	x := newProduct[T](p, r, false)
	want := x.run(t, r)
	if m == 0 || k == 0 {
		return
	}
	g := guarded[T](t)
	defer g.free()
	a, b := g.of(x.a.in), g.of(x.b.in)
	pa, pb, tmp := g.of(make([]T, m*k)), g.of(make([]T, nr*k)), g.of(make([]T, MR*nr))
	PackA(m, k, a, p.LDA, p.TransA, pa)
	PackB(k, w, b, p.LDB, p.TransB, pb)
	if half := nr / 2; w <= half {
		PackPanel(k, w, half, b, p.LDB, p.TransB, g.of(make([]T, half*k)))
	}
	c := g.of(x.c.in)
	if Macro(m, w, k, pa, pb, c, p.LDC, false, tmp); same(c, want) != nil {
		t.Fatalf("Macro: %v", same(c, want))
	}
	c = g.of(x.c.in)
	if Column(m, w, k, a, p.LDA, p.TransA, pb, c, p.LDC, false, tmp); same(c, want) != nil {
		t.Fatalf("Column: %v", same(c, want))
	}
	mr, ldc := min(m, MR), nr+gap.Draw(t, "ldc of a tile")
	Tile(mr, k, pa[:mr*k], pb, g.of(make([]T, (mr-1)*ldc+nr)), ldc, true)
}
