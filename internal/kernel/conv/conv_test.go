package conv

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/kedja-ml/kedja/internal/kernel/gemm"
	"pgregory.net/rapid"
)

var roles = []Role{X, W, Y}

func TestRolesAgreeWithNaive(t *testing.T) {
	t.Run("float32", func(t *testing.T) { rapid.Check(t, agree[float32]) })
	t.Run("float64", func(t *testing.T) { rapid.Check(t, agree[float64]) })
}

func agree[T gemm.Float](t *rapid.T) {
	s := shapes(t)
	o := draw[T](s, rapid.Uint64().Draw(t, "seed"))
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 2))
	relu, biased := rapid.Bool().Draw(t, "relu"), rapid.Bool().Draw(t, "biased")
	for _, role := range roles {
		checkNaive(t, s, role, o, biased && role == Y, relu && role == Y, r)
	}
}

// checkNaive compares a role with its definition in float64; the bound is that of a sum in any order (Higham, Accuracy
// and Stability of Numerical Algorithms, §4.2), whose terms are at most 1.
func checkNaive[T gemm.Float](t fataler, s Shape, role Role, o operands[T], biased, relu bool, r *rand.Rand) {
	t.Helper()
	var bias []T
	if biased {
		bias = o.bias
	}
	got := solve(t, s, role, o, bias, relu, r)
	exact := operands[float64]{x: wide(o.x), w: wide(o.w), y: wide(o.y)}
	Naive(s, role, exact.x, exact.w, exact.y)
	want := *exact.of(role)
	eps := 0x1p-23
	if sizeof[T]() == 8 {
		eps = 0x1p-52
	}
	cg, kg := s.channels()
	terms := map[Role]int{X: kg * volume(s.Filter), W: s.N * volume(s.Out), Y: cg * volume(s.Filter)}[role] + 2
	for i, v := range got {
		e := want[i]
		if biased {
			e += float64(bias[i/volume(s.Out)%s.K])
		}
		if relu {
			e = max(e, 0)
		}
		if !(math.Abs(float64(v)-e) <= eps*float64(terms)*float64(terms)) {
			t.Fatalf("role %d of %+v: element %d is %v, want %v", role, s, i, v, e)
		}
	}
}

func wide[T gemm.Float](s []T) []float64 {
	w := make([]float64, len(s))
	for i, v := range s {
		w[i] = float64(v)
	}
	return w
}

// plain2d is a convolution of images with square filters.
func plain2d(n, c, k, size, filter, stride, pad int) Shape {
	out := (size+2*pad-filter)/stride + 1
	return Shape{
		N: n, C: c, K: k, Groups: 1,
		In: [3]int{1, size, size}, Filter: [3]int{1, filter, filter}, Out: [3]int{1, out, out},
		Stride: [3]int{1, stride, stride}, Dilation: [3]int{1, 1, 1}, Pad: [3]int{0, pad, pad},
	}
}

// sized are shapes that take several blocks, bands, batches, ranges and chunks.
func sized() map[string]Shape {
	long := Shape{
		N: 2, C: 3, K: 7, Groups: 1,
		In: [3]int{3000, 1, 1}, Filter: [3]int{9, 1, 1}, Out: [3]int{1500, 1, 1},
		Stride: [3]int{2, 1, 1}, Dilation: [3]int{1, 1, 1}, Pad: [3]int{4, 0, 0},
	}
	wide := long
	wide.In, wide.Filter, wide.Out = [3]int{900, 1, 1}, [3]int{601, 1, 1}, [3]int{150, 1, 1}
	wide.Pad[0] = 0
	solid := Shape{
		N: 3, C: 20, K: 9, Groups: 1,
		In: [3]int{7, 9, 8}, Filter: [3]int{3, 3, 3}, Out: [3]int{7, 9, 8},
		Stride: [3]int{1, 1, 1}, Dilation: [3]int{1, 1, 1}, Pad: [3]int{1, 1, 1},
	}
	depth := plain2d(2, 24, 24, 17, 3, 1, 1)
	depth.Groups = 24
	longRow := Shape{
		N: 2, C: 3, K: 6, Groups: 3,
		In: [3]int{1, 1, 9000}, Filter: [3]int{1, 1, 5}, Out: [3]int{1, 1, 8996},
		Stride: [3]int{1, 1, 1}, Dilation: [3]int{1, 1, 1},
	}
	wideDepth := plain2d(2, 5, 5, 97, 5, 2, 2)
	wideDepth.Groups = 5
	grouped := plain2d(2, 24, 36, 17, 3, 2, 1)
	grouped.Groups = 3
	return map[string]Shape{
		"first layer": plain2d(20, 1, 32, 28, 3, 1, 0),
		"inner":       plain2d(2, 70, 33, 20, 3, 1, 1),
		"one image":   plain2d(1, 40, 50, 30, 3, 1, 1),
		"strided":     plain2d(3, 40, 41, 23, 3, 2, 1),
		"pointwise":   plain2d(3, 600, 30, 9, 1, 1, 0),
		"doubled":     plain2d(9, 70, 80, 14, 4, 2, 1),
		"tripled":     plain2d(9, 40, 20, 20, 5, 3, 2),
		"tall":        plain2d(1, 40, 20, 61, 4, 2, 1),
		"halving":     plain2d(3, 60, 30, 15, 1, 2, 0),
		"five":        plain2d(9, 6, 8, 26, 5, 1, 2),
		"small":       plain2d(12, 64, 64, 4, 3, 1, 1),
		"depthwise":   depth,
		"grouped":     grouped,
		"long":        long,
		"wide filter": wide,
		"solid":       solid,
		"colour":      plain2d(2, 3, 64, 41, 7, 2, 3),
		"large":       plain2d(2, 8, 8, 80, 3, 1, 1),
		"to colour":   plain2d(2, 40, 3, 50, 5, 1, 2),
		"large point": plain2d(2, 33, 45, 25, 1, 1, 0),
		"many points": plain2d(1, 520, 600, 21, 1, 1, 0),
		"long row":    longRow,
		"wide depth":  wideDepth,
	}
}

func TestSized(t *testing.T) {
	for name, s := range sized() {
		for _, role := range roles {
			t.Run(fmt.Sprint(name, " ", role), func(t *testing.T) {
				r := rand.New(rand.NewPCG(3, 4))
				checkNaive(t, s, role, draw[float32](s, 5), role == Y, false, r)
				checkNaive(t, s, role, draw[float64](s, 5), false, role == Y, r)
			})
		}
	}
}

func TestAdjoint(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := shapes(t)
		o := draw[float64](s, rapid.Uint64().Draw(t, "seed"))
		forms := [3]float64{}
		for _, role := range roles {
			forms[role] = dot(solve(t, s, role, o, nil, false, nil), *o.of(role))
		}
		bound := 1e-14 * (1 + float64(len(o.x)+len(o.y))*float64(volume(s.Filter)))
		if !(math.Abs(forms[X]-forms[Y]) <= bound && math.Abs(forms[W]-forms[Y]) <= bound) {
			t.Fatalf("%+v: the form is %v, solved for x, w and y", s, forms)
		}
	})
}

func dot(a, b []float64) (sum float64) {
	for i, v := range a {
		sum += v * b[i]
	}
	return sum
}

// Any order of tasks, with any contents of buffers, gives the same bits.
func TestOrderOfTasks(t *testing.T) {
	for name, s := range sized() {
		for _, role := range roles {
			o := draw[float32](s, 6)
			want := solve(t, s, role, o, nil, false, nil)
			for seed := range uint64(2) {
				sameBits(t, solve(t, s, role, o, nil, false, rand.New(rand.NewPCG(seed, 7))), want, fmt.Sprint(name, role))
			}
			p := newRunner[float32](s, role, 3)
			p.o = o
			*p.o.of(role) = make([]float32, len(want))
			p.run()
			sameBits(t, *p.o.of(role), want, fmt.Sprint(name, role, " on three goroutines"))
		}
	}
}

// An image's bits do not depend on the batch it comes in.
func TestRowInvariance(t *testing.T) {
	for name, s := range sized() {
		for _, role := range []Role{X, Y} {
			for _, n := range []int{2, 5, 40} {
				if n == 40 && name != "small" {
					continue
				}
				s.N = n
				o := draw[float32](s, 8)
				all := solve(t, s, role, o, o.bias, false, nil)
				s.N = 1
				alone := o
				i := n / 2
				nx, _, ny := s.sizes()
				alone.x, alone.y = o.x[i*nx:][:nx], o.y[i*ny:][:ny]
				got := solve(t, s, role, alone, o.bias, false, nil)
				sameBits(t, got, all[i*len(got):][:len(got)], fmt.Sprint(name, role))
			}
		}
	}
}

// What tasks there are must not depend on anything but shapes; and no task may be empty-handed or much too long.
func TestTasksForABatch(t *testing.T) {
	for _, s := range []Shape{plain2d(64, 1, 32, 28, 3, 1, 0), plain2d(64, 32, 64, 26, 3, 1, 0), plain2d(64, 64, 64, 56, 3, 1, 1)} {
		for _, role := range roles {
			work := s.Work(role, 4)
			tasks := work.Phases[0]
			if role != W {
				tasks = work.Phases[1]
			}
			if tasks < 8 || s.flops()/float64(tasks) > 2*taskMost {
				t.Errorf("role %d of %+v: %d tasks of %.3g operations", role, s, tasks, s.flops()/float64(tasks))
			}
		}
	}
}

// An infinity in the data reaches what it meets and, but for padding in the gradient to the filter, nothing else.
func TestNotFinite(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := shapes(t)
		for _, role := range roles {
			o := draw[float32](s, 9)
			in := map[Role][]float32{X: o.y, W: o.x, Y: o.x}[role]
			if len(in) > 0 {
				in[rapid.IntRange(0, len(in)-1).Draw(t, "at")] = float32(math.Inf(1))
			}
			got := solve(t, s, role, o, nil, false, nil)
			exact := operands[float64]{x: wide(o.x), w: wide(o.w), y: wide(o.y)}
			Naive(s, role, exact.x, exact.w, exact.y)
			for i, e := range *exact.of(role) {
				v := float64(got[i])
				if finite(v) != finite(e) && (role != W || finite(v)) {
					t.Fatalf("role %d of %+v: element %d is %v, want %v", role, s, i, v, e)
				}
			}
		}
	})
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func TestNoAllocations(t *testing.T) {
	for name, s := range sized() {
		for _, role := range roles {
			p := newRunner[float32](s, role, 1)
			run := func() {
				for phase, tasks := range p.work.Phases {
					for task := range tasks {
						p.task(phase, task, 0)
					}
				}
			}
			n := testing.AllocsPerRun(1, run)
			if n != 0 { // the collector, too, allocates now and then
				n = testing.AllocsPerRun(1, run)
			}
			if n != 0 {
				t.Errorf("%s role %d: %v allocations", name, role, n)
			}
		}
	}
}

// More pairs of channel and tap than a tile sums at a time, and a last block of fewer.
func TestManyChannels(t *testing.T) {
	for _, s := range []Shape{
		plain2d(1, 256, 20, 14, 3, 1, 1), plain2d(2, 256, 256, 4, 3, 1, 1),
		plain2d(1, 130, 130, 5, 3, 2, 1), plain2d(1, 5, 300, 6, 3, 1, 0), plain2d(1, 1100, 3, 3, 1, 1, 0), plain2d(1, 60, 40, 9, 5, 1, 2),
	} {
		r := rand.New(rand.NewPCG(3, 4))
		for _, role := range roles {
			checkNaive(t, s, role, draw[float32](s, 1), false, false, r)
			checkNaive(t, s, role, draw[float64](s, 1), false, false, r)
		}
	}
}
