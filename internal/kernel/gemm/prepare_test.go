package gemm

import (
	"testing"

	"pgregory.net/rapid"
)

// Products with a prepared B have the bits of others.
func TestPrepared(t *testing.T) { each(t, preparedAlike[float32], preparedAlike[float64]) }

func preparedAlike[T Float](t *rapid.T, s isa) {
	p, r := drawPlan[T](t, s), source64(t)
	x := newProduct[T](p, r, rapid.Bool().Draw(t, "bias"))
	want := x.run(t, r)
	x.Plan = p.prepare()
	b := newFenced[T](x.Prepared())
	for _, task := range r.Perm(x.Preparing()) {
		Prepare(x.Plan, task, x.b.in, b.in)
	}
	if b.broken() {
		t.Fatal("wrote outside what is prepared")
	}
	for i, v := range b.in {
		if v != v {
			t.Fatalf("element %d of %d is not written", i, len(b.in))
		}
	}
	x.b = b
	if err := same(want, x.run(t, r)); err != nil {
		t.Fatalf("prepared %+v changes bits: %v", x.Plan, err)
	}
}
