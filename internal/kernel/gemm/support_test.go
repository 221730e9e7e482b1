package gemm

import (
	"fmt"
	"math"
	"math/rand/v2"

	"pgregory.net/rapid"
)

// levels lists the instruction sets that this machine can run, plain Go first.
func levels() []isa {
	all := []isa{plain}
	for s := avx2; s <= level; s++ {
		all = append(all, s)
	}
	return all
}

func (s isa) String() string { return [...]string{"plain", "avx2", "avx512"}[s] }

// fataler is what tests and property tests have in common.
type fataler interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

const fence = 37 // elements before and after a fenced slice

// fenced is a slice between guard elements, filled with NaN.
type fenced[T Float] struct {
	all, in []T
}

func newFenced[T Float](n int) fenced[T] {
	f := fenced[T]{all: make([]T, n+2*fence)}
	f.in = f.all[fence : fence+n : fence+n]
	for i := range f.all {
		f.all[i] = T(math.NaN())
	}
	return f
}

// broken reports whether a guard was written.
func (f fenced[T]) broken() bool {
	for i, v := range f.all {
		if (i < fence || i >= len(f.all)-fence) && v == v {
			return true
		}
	}
	return false
}

// product is a plan with operands; what lies between the rows of a matrix is NaN.
type product[T Float] struct {
	Plan
	c, a, b fenced[T]
	bias    []T
}

func newProduct[T Float](p Plan, r *rand.Rand, bias bool) *product[T] {
	x := &product[T]{Plan: p}
	ar, ac, br, bc := p.M, p.K, p.K, p.N
	if p.TransA {
		ar, ac = ac, ar
	}
	if p.TransB {
		br, bc = bc, br
	}
	x.a, x.b, x.c = matrix[T](r, ar, ac, p.LDA), matrix[T](r, br, bc, p.LDB), newFenced[T](span(p.M, p.N, p.LDC))
	if p.Accumulate {
		x.c = matrix[T](r, p.M, p.N, p.LDC)
	}
	if bias {
		x.bias = matrix[T](r, 1, p.N, p.N).in
	}
	return x
}

func span(rows, cols, ld int) int {
	if rows == 0 || cols == 0 {
		return 0
	}
	return (rows-1)*ld + cols
}

func matrix[T Float](r *rand.Rand, rows, cols, ld int) fenced[T] {
	f := newFenced[T](span(rows, cols, ld))
	for i := range rows {
		for j := range cols {
			f.in[i*ld+j] = T(r.NormFloat64())
		}
	}
	return f
}

// run computes C anew from what it held, with the tasks of each phase in a random order.
func (x *product[T]) run(t fataler, r *rand.Rand) []T {
	t.Helper()
	c := fenced[T]{all: append([]T(nil), x.c.all...)}
	c.in = c.all[fence : len(c.all)-fence]
	if err := Check(x.Plan, c.in, x.a.in, x.b.in, x.bias); err != nil {
		t.Fatal(err)
	}
	scratch := newFenced[T](x.Scratch())
	for phase, n := range x.Phases() {
		for _, task := range r.Perm(n) {
			local := newFenced[T](x.Local())
			Run(x.Plan, phase, task, c.in, x.a.in, x.b.in, x.bias, scratch.in, local.in)
			if local.broken() {
				t.Fatalf("phase %d task %d wrote outside its local memory", phase, task)
			}
		}
	}
	if scratch.broken() || c.broken() {
		t.Fatal("wrote outside scratch or C")
	}
	for i := range c.in {
		if i%x.LDC >= x.N && c.in[i] == c.in[i] {
			t.Fatalf("wrote between the rows of C, at %d", i)
		}
	}
	return c.in
}

// want returns element (i, j) of C in float64 and a bound of the error of summing it in T in any order.
func (x *product[T]) want(i, j int) (v, bound float64) {
	var abs float64
	add := func(t float64) { v, abs = v+t, abs+math.Abs(t) }
	for k := range x.K {
		add(float64(x.a.in[x.inA(i, k)]) * float64(x.b.in[x.inB(k, j)]))
	}
	if x.Accumulate {
		add(float64(x.c.in[i*x.LDC+j]))
	}
	if x.bias != nil {
		add(float64(x.bias[j]))
	}
	if x.Act == ReLU {
		v = max(v, 0)
	}
	eps := 0x1p-23
	if sizeof[T]() == 8 {
		eps = 0x1p-52
	}
	return v, float64(x.K+4) * eps * abs
}

// check compares C with the reference: all of a small one, every few elements of a large one.
func (x *product[T]) check(t fataler, c []T) {
	t.Helper()
	for e := 0; e < x.M*x.N; e += 1 + x.M*x.N*x.K>>21 {
		i, j := e/x.N, e%x.N
		got := float64(c[i*x.LDC+j])
		if want, bound := x.want(i, j); !(math.Abs(got-want) <= bound) {
			t.Fatalf("C[%d,%d] is %v, want %v ± %.3g", i, j, got, want, bound)
		}
	}
}

func same[T Float](a, b []T) error {
	if len(a) != len(b) {
		return fmt.Errorf("lengths %d and %d", len(a), len(b))
	}
	for i := range a {
		if math.Float64bits(float64(a[i])) != math.Float64bits(float64(b[i])) && (a[i] == a[i] || b[i] == b[i]) {
			return fmt.Errorf("element %d: %v and %v", i, a[i], b[i])
		}
	}
	return nil
}

// size draws sizes around those of tiles and blocks.
func size(limit int) *rapid.Generator[int] {
	var at []int
	for _, n := range []int{0, 1, 2, 3, 5, 6, 7, 8, 9, 12, 13, 15, 16, 17, 31, 32, 33, 64, 65, 100, 143, 144, 145, 200, 255, 256, 257, 289, 300, 511, 515} {
		if n <= limit {
			at = append(at, n)
		}
	}
	return rapid.OneOf(rapid.SampledFrom(at), rapid.IntRange(0, limit))
}

// drawPlan draws a plan for one instruction set.
func drawPlan[T Float](t *rapid.T, s isa) Plan {
	m, n, k := size(160).Draw(t, "m"), size(160).Draw(t, "n"), size(300).Draw(t, "k")
	p := plan(s, sizeof[T](), m, n, k, rapid.Bool().Draw(t, "ta"), rapid.Bool().Draw(t, "tb"))
	gap := rapid.SampledFrom([]int{0, 0, 1, 5})
	p.LDA += gap.Draw(t, "lda")
	p.LDB += gap.Draw(t, "ldb")
	p.LDC += gap.Draw(t, "ldc")
	p.Accumulate = rapid.Bool().Draw(t, "accumulate")
	p.Act = rapid.SampledFrom([]Activation{Identity, ReLU}).Draw(t, "act")
	return p
}

func source64(t *rapid.T) *rand.Rand {
	return rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
}
