package gemm

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestMacro(t *testing.T) {
	t.Run("float32", func(t *testing.T) { rapid.Check(t, macro[float32]) })
	t.Run("float64", func(t *testing.T) { rapid.Check(t, macro[float64]) })
}

// macro packs operands by hand and compares Macro with a Run of the same product, bit by bit.
func macro[T Float](t *rapid.T) {
	m, n, k, r := size(40).Draw(t, "m"), size(100).Draw(t, "n"), size(256).Draw(t, "k"), source64(t)
	p := New[T](m, n, k, rapid.Bool().Draw(t, "ta"), rapid.Bool().Draw(t, "tb"))
	p.LDA += rapid.IntRange(0, 3).Draw(t, "lda")
	p.LDB += rapid.IntRange(0, 3).Draw(t, "ldb")
	p.LDC += rapid.IntRange(0, 3).Draw(t, "ldc")
	p.Accumulate = rapid.Bool().Draw(t, "accumulate")
	x := newProduct[T](p, r, false)
	want := x.run(t, r)

	nr := NR[T]()
	pa, pb, tmp := newFenced[T](m*k), newFenced[T](ceil(n, nr)*nr*k), newFenced[T](MR*nr)
	PackA(m, k, x.a.in, p.LDA, p.TransA, pa.in)
	for j := 0; j < n; j += nr {
		if k > 0 {
			PackB(k, min(nr, n-j), x.b.in[p.inB(0, j):], p.LDB, p.TransB, pb.in[j*k:])
		}
	}
	Macro(m, n, k, pa.in, pb.in, x.c.in, p.LDC, p.Accumulate, tmp.in)
	if err := same(x.c.in, want); err != nil {
		t.Fatal(err)
	}
	if pa.broken() || pb.broken() || tmp.broken() || x.c.broken() {
		t.Fatal("wrote outside its operands")
	}
}

func TestTile(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	nr := NR[float32]()
	for mr := 1; mr <= MR; mr++ {
		a, b, c := matrix[float32](r, 1, mr*9, mr*9), matrix[float32](r, 9, nr, nr), matrix[float32](r, mr, nr, nr+3)
		want := slices.Clone(c.in)
		for i := range mr {
			for j := range nr {
				s := 0.0
				for k := range 9 {
					s += float64(a.in[k*mr+i]) * float64(b.in[k*nr+j])
				}
				want[i*(nr+3)+j] += float32(s)
			}
		}
		Tile(mr, 9, a.in, b.in, c.in, nr+3, true)
		for i, v := range want {
			if d := math.Abs(float64(c.in[i] - v)); d > 1e-5 || (d != d) != (v != v) {
				t.Fatalf("%d rows: element %d is %v, want %v", mr, i, c.in[i], v)
			}
		}
		if c.broken() {
			t.Fatal("wrote outside C")
		}
	}
}

// PackA is read by others, so its layout is a promise: panels of MR rows, [k][rows].
func TestPackA(t *testing.T) {
	const m, k, ld = 2*MR + 2, 11, 30
	for _, trans := range []bool{false, true} {
		a, dst := make([]float64, ld*ld), newFenced[float64](m*k)
		for i := range a {
			a[i] = float64(i)
		}
		PackA(m, k, a, ld, trans, dst.in)
		for i := range m {
			first := i / MR * MR
			for c := range k {
				want := a[i*ld+c]
				if trans {
					want = a[c*ld+i]
				}
				if got := dst.in[first*k+c*min(MR, m-first)+i-first]; got != want {
					t.Fatalf("trans %v: element (%d, %d) is %v, want %v", trans, i, c, got, want)
				}
			}
		}
		if dst.broken() {
			t.Fatal("wrote outside the packed block")
		}
	}
}

// A loop of tiles can be stopped: called without a prologue between them, collections took up to seconds.
func TestCollectorIsNotHeldUp(t *testing.T) {
	p := New[float32](512, 512, 512, false, false)
	s := newSpread[float32](p, 1)
	var stop atomic.Bool
	ended := make(chan bool)
	go func() {
		for !stop.Load() {
			s.runs(1)
		}
		close(ended)
	}()
	var took []time.Duration
	for range 9 {
		time.Sleep(time.Millisecond)
		start := time.Now()
		runtime.GC()
		took = append(took, time.Since(start))
	}
	stop.Store(true)
	<-ended
	slices.Sort(took)
	if m := took[len(took)/2]; m > 100*time.Millisecond {
		t.Errorf("a collection beside a product took %v, want about a millisecond", m)
	}
}
