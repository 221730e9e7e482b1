package reduce

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestSum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for k := range 400 {
		dims, keep := make([]int, r.IntN(7)), make([]bool, 8)
		n := 1
		for i := range dims {
			dims[i], keep[i] = r.IntN(5), r.IntN(2) == 0
			if k%5 == 0 {
				dims[i] = 1 + r.IntN(40)
			}
			if n > 100_000 {
				dims[i] = 1
			}
			n *= dims[i]
		}
		checkSum[float32](t, r, dims, keep[:len(dims)])
	}
	for _, dims := range [][]int{{200_001}, {5000, 33}, {33, 5000}, {16, 10, 26, 26}, {3, 70_000}, {70_000, 1, 3}, {9, 400, 2, 30}, {2, 3, 4, 5, 6, 7, 8, 9}} {
		for mask := range 1 << len(dims) {
			if len(dims) > 4 && mask%7 != 3 {
				continue
			}
			keep := make([]bool, len(dims))
			for i := range keep {
				keep[i] = mask>>i&1 == 1
			}
			checkSum[float32](t, r, dims, keep)
		}
	}
	for _, dims := range [][]int{{9, 14, 2, 14, 2}, {500, 2, 33, 2}, {3, 2, 127, 2}} { // images made larger by repetition
		checkSum[float32](t, r, dims, []bool{true, true, false, true, false}[5-len(dims):])
	}
	checkSum[float64](t, r, []int{300, 70, 11}, []bool{false, true, false})
	checkSum[int32](t, r, []int{300, 70, 11}, []bool{false, true, false})
	checkSum[uint8](t, r, []int{30, 7, 200}, []bool{true, false, true})
}

// checkSum compares with a plain sum in float64, in two orders of tasks, on memory full of rubbish.
func checkSum[T Number](t *testing.T, r *rand.Rand, dims []int, keep []bool) {
	t.Helper()
	n, m := 1, 1
	for i, d := range dims {
		n *= d
		if keep[i] {
			m *= d
		}
	}
	unit := 0.0 // of rounding
	switch any(T(0)).(type) {
	case float32:
		unit = 0x1p-24
	case float64:
		unit = 0x1p-53
	}
	x := make([]T, n)
	want, size := make([]float64, m), make([]float64, m)
	for i := range x {
		if x[i] = T(100 * r.Float64()); unit > 0 {
			x[i] -= 50
		}
		at, rest, stride := 0, i, 1
		for a := len(dims) - 1; a >= 0; a-- {
			j := rest % dims[a]
			rest /= dims[a]
			if keep[a] {
				at += j * stride
				stride *= dims[a]
			}
		}
		want[at] += float64(x[i])
		size[at] += math.Abs(float64(x[i]))
	}
	terms := float64(n) / float64(max(1, m))
	bound := (2*math.Log2(terms+1) + 4) * unit
	if unit == 0x1p-53 {
		bound += terms * unit // of the plain sum
	}
	p := NewPlan(dims, keep)
	var first []T
	for range 2 {
		y, scratch, local := make([]T, m), make([]T, p.Scratch()), make([]T, p.Local())
		for _, b := range [][]T{y, scratch, local} {
			for i := range b {
				b[i] = 77
			}
		}
		for phase, tasks := range p.Phases() {
			for _, task := range r.Perm(tasks) {
				Sum(&p, phase, task, y, x, scratch, local)
			}
		}
		for i, w := range want {
			if unit == 0 && y[i] != T(int64(w)) || math.Abs(float64(y[i])-w) > bound*size[i] && unit > 0 {
				t.Fatalf("%v %v: element %d is %v, want %v within %.3g", dims, keep, i, y[i], w, bound*size[i])
			}
			if first != nil && first[i] != y[i] {
				t.Fatalf("%v %v: the order of tasks changes the bits", dims, keep)
			}
		}
		first = y
	}
}

// Added one after the other, 2²⁰ tenths come out wrong in the third digit.
func TestSumIsATree(t *testing.T) {
	for _, c := range []struct {
		dims []int
		keep []bool
	}{{[]int{1 << 20}, []bool{false}}, {[]int{1 << 18, 3}, []bool{false, true}}, {[]int{1 << 12, 200}, []bool{false, true}}} {
		n := 1
		for _, d := range c.dims {
			n *= d
		}
		x := make([]float32, n)
		for i := range x {
			x[i] = 0.1
		}
		p := NewPlan(c.dims, c.keep)
		y := make([]float32, n/c.dims[0])
		scratch, local := make([]float32, p.Scratch()), make([]float32, p.Local())
		for phase, tasks := range p.Phases() {
			for task := range tasks {
				Sum(&p, phase, task, y, x, scratch, local)
			}
		}
		want := float64(float32(0.1)) * float64(c.dims[0])
		for _, v := range y {
			if math.Abs(float64(v)-want) > 4*0x1p-24*want {
				t.Errorf("%v: %v, want %v", c.dims, v, want)
			}
		}
	}
}

func TestPhasesShareTheWork(t *testing.T) {
	for _, c := range []struct {
		dims  []int
		keep  []bool
		least int // tasks of the first phase
	}{
		{[]int{1 << 20}, []bool{false}, 16},
		{[]int{8192, 512}, []bool{false, true}, 16},
		{[]int{64, 100_352}, []bool{false, true}, 16},
		{[]int{64, 24, 28, 28}, []bool{false, true, false, false}, 16},
		{[]int{64, 10}, []bool{false, true}, 1},
	} {
		p := NewPlan(c.dims, c.keep)
		if got := p.Phases()[0]; got < c.least || c.least == 1 && got > 1 {
			t.Errorf("%v %v: %d tasks, want %d or more", c.dims, c.keep, got, c.least)
		}
	}
}

func TestExtreme(t *testing.T) {
	nan := float32(math.NaN())
	for _, c := range []struct {
		smallest bool
		x        []float32
		want     float32
		at       int32
	}{
		{false, []float32{1, 5, 5, 2}, 5, 1},
		{true, []float32{1, 5, 1, 2}, 1, 0},
		{true, []float32{3, 5, 1, 1}, 1, 2},
		{false, []float32{1, nan, 9, nan}, nan, 1},
		{true, []float32{1, nan, 0, nan}, nan, 1},
		{false, []float32{float32(math.Inf(-1))}, float32(math.Inf(-1)), 0},
	} {
		n := len(c.x)
		for _, inner := range []int{1, 3} {
			x := make([]float32, 2*n*inner)
			for i := range x {
				x[i] = c.x[i/inner%n]
			}
			y, at := make([]float32, 2*inner), make([]int32, 2*inner)
			cut := inner / 2
			Extreme(c.smallest, y, at, x, 0, cut, n, inner)
			Extreme(c.smallest, y, at, x, cut, 2*inner, n, inner)
			for i := range y {
				if math.Float32bits(y[i]) != math.Float32bits(c.want) && !(y[i] != y[i] && c.want != c.want) || at[i] != c.at {
					t.Errorf("%v, inner %d: %v at %v, want %v at %d", c.x, inner, y, at, c.want, c.at)
				}
			}
		}
	}
}

func BenchmarkSum(b *testing.B) {
	for _, c := range []struct {
		name string
		dims []int
		keep []bool
	}{
		{"all 1M", []int{1 << 20}, []bool{false}},
		{"columns 8192x512", []int{8192, 512}, []bool{false, true}},
		{"rows 8192x512", []int{8192, 512}, []bool{true, false}},
		{"columns 64x10", []int{64, 10}, []bool{false, true}},
		{"channels 64x24x28x28", []int{64, 24, 28, 28}, []bool{false, true, false, false}},
		{"narrow 100000x3", []int{100_000, 3}, []bool{false, true}},
	} {
		b.Run(c.name, func(b *testing.B) {
			n, m := 1, 1
			for i, d := range c.dims {
				n *= d
				if c.keep[i] {
					m *= d
				}
			}
			p := NewPlan(c.dims, c.keep)
			x, y, scratch, local := make([]float32, n), make([]float32, m), make([]float32, p.Scratch()), make([]float32, p.Local())
			b.SetBytes(int64(4 * n))
			b.ReportAllocs()
			for b.Loop() {
				for phase, tasks := range p.Phases() {
					for task := range tasks {
						Sum(&p, phase, task, y, x, scratch, local)
					}
				}
			}
		})
	}
}
