package gemm

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// each runs a test for both element types and every instruction set.
func each(t *testing.T, f32, f64 func(*rapid.T, isa)) {
	for _, s := range levels() {
		t.Run("float32/"+s.String(), func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { f32(t, s) }) })
		t.Run("float64/"+s.String(), func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { f64(t, s) }) })
	}
}

func TestProductAgainstReference(t *testing.T) {
	each(t, againstReference[float32], againstReference[float64])
}

func againstReference[T Float](t *rapid.T, s isa) {
	p, r := drawPlan[T](t, s), source64(t)
	x := newProduct[T](p, r, rapid.Bool().Draw(t, "bias"))
	x.check(t, x.run(t, r))
}

// Each choice of a plan is forced in turn, since small random shapes seldom lead to the choices for large ones.
func TestEveryCut(t *testing.T) { each(t, everyCut[float32], everyCut[float64]) }

func everyCut[T Float](t *rapid.T, s isa) {
	p, r := drawPlan[T](t, s), source64(t)
	if p.M == 0 || p.N == 0 {
		return
	}
	x := newProduct[T](p, r, rapid.Bool().Draw(t, "bias"))
	first := x.run(t, r)
	x.check(t, first)
	x.Plan = anyCut(t, p)
	if err := same(first, x.run(t, r)); err != nil {
		t.Fatalf("cut %+v changes bits: %v", x.Plan, err)
	}
}

// anyCut is a plan of the same product that may pack and cut in any way.
func anyCut(t *rapid.T, p Plan) Plan {
	p.readA = rapid.SampledFrom([]source{inPlace, shared}).Draw(t, "readA")
	sources := []source{packed, shared}
	if !p.TransB {
		sources = append(sources, inPlace)
	}
	p.readB = rapid.SampledFrom(sources).Draw(t, "readB")
	if p.readB != inPlace || rapid.Bool().Draw(t, "narrow") {
		p.nr = p.isa.nr(p.size) // wide rows read B in place
	}
	p.rows = rapid.IntRange(1, p.strips()).Draw(t, "rows")
	p.unit = rapid.IntRange(1, 2).Draw(t, "unit")
	p.cols = rapid.IntRange(1, ceil(p.panels(), p.unit)).Draw(t, "cols")
	return p
}

func TestRowInvariance(t *testing.T) { each(t, rowInvariance[float32], rowInvariance[float64]) }

func rowInvariance[T Float](t *rapid.T, s isa) {
	n, k, r := size(300).Draw(t, "n"), size(600).Draw(t, "k"), source64(t)
	p := plan(s, sizeof[T](), 130, n, k, false, rapid.Bool().Draw(t, "tb"))
	p.Act = rapid.SampledFrom([]Activation{Identity, ReLU}).Draw(t, "act")
	x := newProduct[T](p, r, rapid.Bool().Draw(t, "bias"))
	all := x.run(t, r)
	for range 8 {
		m := rapid.SampledFrom([]int{1, 1, 2, 6, 7, 64, 129}).Draw(t, "m")
		i := rapid.IntRange(0, 130-m).Draw(t, "i")
		q := plan(s, sizeof[T](), m, n, k, false, p.TransB)
		q.Act = p.Act
		y := &product[T]{Plan: q, b: x.b, bias: x.bias, c: newFenced[T](m * n), a: newFenced[T](m * k)}
		copy(y.a.in, x.a.in[i*k:])
		if err := same(y.run(t, r), all[i*n:(i+m)*n]); err != nil {
			t.Fatalf("rows %d to %d of 130 alone differ: %v", i, i+m, err)
		}
	}
}

// The assembly and its plain twin differ by rounding alone: by at most twice the bound of each.
func TestAssemblyAgainstPlain(t *testing.T) {
	for _, s := range levels()[1:] {
		t.Run("float32/"+s.String(), func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { againstPlain[float32](t, s) }) })
		t.Run("float64/"+s.String(), func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { againstPlain[float64](t, s) }) })
	}
}

func againstPlain[T Float](t *rapid.T, s isa) {
	p, r := drawPlan[T](t, s), source64(t)
	x := newProduct[T](p, r, rapid.Bool().Draw(t, "bias"))
	fast := x.run(t, r)
	x.Plan = replan(p, plain)
	slow := x.run(t, r)
	for i := range p.M {
		for j := range p.N {
			_, bound := x.want(i, j)
			if a, b := float64(fast[i*p.LDC+j]), float64(slow[i*p.LDC+j]); !(math.Abs(a-b) <= 2*bound) {
				t.Fatalf("C[%d,%d] is %v, in plain Go %v", i, j, a, b)
			}
		}
	}
}

// replan is p for another instruction set.
func replan(p Plan, s isa) Plan {
	q := plan(s, p.size, p.M, p.N, p.K, p.TransA, p.TransB)
	q.LDA, q.LDB, q.LDC, q.Accumulate, q.Act = p.LDA, p.LDB, p.LDC, p.Accumulate, p.Act
	return q
}

func TestRunDoesNotAllocate(t *testing.T) {
	p := New[float32](130, 290, 300, true, true)
	x := newProduct[float32](p, rand.New(rand.NewPCG(1, 2)), true)
	scratch, local := make([]float32, p.Scratch()), make([]float32, p.Local())
	n := testing.AllocsPerRun(3, func() {
		for phase, tasks := range p.Phases() {
			for task := range tasks {
				Run(p, phase, task, x.c.in, x.a.in, x.b.in, x.bias, scratch, local)
			}
		}
	})
	if n != 0 {
		t.Errorf("%v allocations a run", n)
	}
}

// Vectors of either width round alike, so a machine's instruction set shows in bits only as plain or not.
func TestVectorWidthsAgree(t *testing.T) {
	if level < avx512 {
		t.Skip("this machine has one vector width")
	}
	t.Run("float32", func(t *testing.T) { rapid.Check(t, widthsAgree[float32]) })
	t.Run("float64", func(t *testing.T) { rapid.Check(t, widthsAgree[float64]) })
}

func widthsAgree[T Float](t *rapid.T) {
	p, r := drawPlan[T](t, avx512), source64(t)
	x := newProduct[T](p, r, rapid.Bool().Draw(t, "bias"))
	wide := x.run(t, r)
	x.Plan = replan(p, avx2)
	if err := same(wide, x.run(t, r)); err != nil {
		t.Fatal(err)
	}
}

// Shapes large enough for phase 0, for blocks of A and for several blocks of K.
func TestLarge(t *testing.T) {
	for _, s := range levels() {
		large[float32](t, s)
		large[float64](t, s)
	}
}

func large[T Float](t *testing.T, s isa) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, sh := range [][3]int{{300, 290, 300}, {1000, 32, 65}, {10, 1200, 290}, {170, 300, 520}} {
		for _, tr := range [][2]bool{{false, false}, {false, true}, {true, false}, {true, true}} {
			p := plan(s, sizeof[T](), sh[0], sh[1], sh[2], tr[0], tr[1])
			p.Act = ReLU
			x := newProduct[T](p, r, true)
			first := x.run(t, r)
			x.check(t, first)
			if err := same(first, x.run(t, r)); err != nil {
				t.Fatalf("%v %v %v: another order of tasks changes bits: %v", s, sh, tr, err)
			}
		}
	}
}

func TestMatMul(t *testing.T) {
	a, b := []float64{1, 2, 3, 4, 5, 6}, []float64{1, 0, 1, 0, 1, 0}
	c := make([]float64, 4)
	if err := MatMul(2, 2, 3, false, false, c, a, b); err != nil {
		t.Fatal(err)
	}
	if err := same(c, []float64{6, 0, 15, 0}); err != nil {
		t.Fatal(err)
	}
	if err := MatMul(2, 2, 3, true, true, c, a, b); err != nil {
		t.Fatal(err)
	}
	if err := same(c, []float64{6, 3, 8, 4}); err != nil {
		t.Fatal(err)
	}
}

func TestMatMulErrors(t *testing.T) {
	s := make([]float32, 12)
	for want, err := range map[string]error{
		"sizes M -1":                   MatMul(-1, 2, 2, false, false, s, s, s),
		"A has 12 elements: want 16":   MatMul(4, 3, 4, false, false, s, s, s),
		"B has 12 elements: want 16":   MatMul(3, 4, 4, false, false, s, s, s),
		"C has 12 elements: want 16":   MatMul(4, 4, 3, false, false, s, s, s),
		"leading dimension of A is 1":  Check(Plan{M: 2, K: 2, LDA: 1, size: 4}, s, s, s, nil),
		"bias has 12 elements":         Check(New[float32](1, 13, 0, false, false), make([]float32, 13), s, s, s),
		"plan is for elements of 8 by": Check(New[float64](1, 1, 1, false, false), s, s, s, nil),
	} {
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("error %v: want one line with %q", err, want)
		}
	}
}

// The last panel, which plain Go finishes, treats special values as the others do.
func TestReLUOfSpecialValues(t *testing.T) {
	for _, s := range levels() {
		special(t, s, float32(0x1p-100))
		special(t, s, 0x1p-600)
	}
}

func special[T Float](t *testing.T, s isa, tiny T) {
	underflow := T(math.Copysign(0, -1))
	if s == plain {
		underflow = 0 // rounded before it is added to 0
	}
	nan, inf := T(math.NaN()), T(math.Inf(1))
	b := []T{nan, -tiny, 0, -1 / tiny, 1 / tiny, inf, -inf}
	want := []T{nan, underflow, 0, 0, 1, inf, 0}
	n := s.nr(sizeof[T]()) + len(b)
	for len(b) < n {
		b, want = append(b, b...), append(want, want...)
	}
	p := plan(s, sizeof[T](), 1, n, 1, false, false)
	p.Act = ReLU
	c := make([]T, n)
	Run(p, 1, 0, c, []T{tiny}, b[:n], nil, nil, make([]T, p.Local()))
	if err := same(c, want[:n]); err != nil {
		t.Fatalf("%s: %v", s, err)
	}
}
