package pool

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// shapes draws poolings of which every window meets the plane.
func shapes(t *rapid.T) Shape {
	s := Shape{N: rapid.IntRange(0, 5).Draw(t, "n")}
	dims := rapid.IntRange(1, 3).Draw(t, "dims")
	first := rapid.IntRange(0, 3-dims).Draw(t, "first")
	most := []int{0, 700, 40, 9}[dims]
	halves := rapid.Bool().Draw(t, "halves")
	for d := range 3 {
		s.In[d], s.Window[d], s.Out[d], s.Stride[d], s.Dilation[d] = 1, 1, 1, 1, 1
		if d < first || d >= first+dims {
			continue
		}
		s.In[d] = rapid.IntRange(1, most).Draw(t, "in")
		if halves {
			s.Window[d], s.Stride[d] = 2, 2
		} else {
			s.Window[d] = rapid.IntRange(1, 5).Draw(t, "window")
			s.Stride[d] = rapid.SampledFrom([]int{1, 1, 2, 2, 3, 6}).Draw(t, "stride")
			s.Dilation[d] = rapid.SampledFrom([]int{1, 1, 2}).Draw(t, "dilation")
			s.Pad[d] = rapid.IntRange(0, (s.Window[d]-1)*s.Dilation[d]).Draw(t, "pad")
		}
		reach := (s.Window[d]-1)*s.Dilation[d] + 1
		trail := rapid.IntRange(0, reach-1).Draw(t, "trail")
		s.Out[d] = max(0, (s.In[d]+s.Pad[d]+trail-reach)/s.Stride[d]+1)
	}
	meets := true
	each(s, func(_ int, in []int) { meets = meets && len(in) > 0 })
	if !meets {
		t.Skip("a window of nothing but padding")
	}
	return s
}

// each visits the outputs of a plane with the positions their windows hold, by definition.
func each(s Shape, visit func(o int, in []int)) {
	o := [3]int{}
	at := 0
	for o[0] = 0; o[0] < s.Out[0]; o[0]++ {
		for o[1] = 0; o[1] < s.Out[1]; o[1]++ {
			for o[2] = 0; o[2] < s.Out[2]; o[2]++ {
				var in []int
				for r := range volume(s.Window) {
					tap := [3]int{r / s.Window[2] / s.Window[1], r / s.Window[2] % s.Window[1], r % s.Window[2]}
					p, inside := 0, true
					for d := range 3 {
						i := o[d]*s.Stride[d] + tap[d]*s.Dilation[d] - s.Pad[d]
						inside = inside && i >= 0 && i < s.In[d]
						p = p*s.In[d] + i
					}
					if inside {
						in = append(in, p)
					}
				}
				visit(at, in)
				at++
			}
		}
	}
}

// values draws elements with many ties, zeros of both signs, infinities and NaN.
func values[T Float](r *rand.Rand, n int) []T {
	s := make([]T, n)
	odd := []T{0, T(math.Copysign(0, -1)), T(math.Inf(1)), T(math.Inf(-1)), T(math.NaN()), -T(math.NaN())}
	for i := range s {
		switch r.IntN(12) {
		case 0:
			s[i] = odd[r.IntN(len(odd))]
		case 1, 2, 3:
			s[i] = T(r.IntN(5) - 2)
		default:
			s[i] = T(r.NormFloat64())
		}
	}
	return s
}

func finite[T Float](r *rand.Rand, n int) []T {
	s := make([]T, n)
	for i := range s {
		s[i] = T(r.NormFloat64())
	}
	return s
}

const mark = 77

// marked is a slice of marks of which a caller gets the middle.
func marked[T Float | int32](n int) (all, s []T) {
	all = make([]T, n+40)
	for i := range all {
		all[i] = mark
	}
	return all, all[20 : 20+n : 20+n]
}

func checkMarks[T Float | int32](t *rapid.T, all []T, lo, hi int) {
	for i, v := range all {
		if (i < 20+lo || i >= 20+hi) && v != mark {
			t.Fatalf("wrote %v at %d, outside [%d, %d)", v, i-20, lo, hi)
		}
	}
}

func same[T Float](a, b T) bool {
	return math.Float64bits(float64(a)) == math.Float64bits(float64(b)) || a != a && b != b
}

func TestMax(t *testing.T) {
	t.Run("float32", func(t *testing.T) { rapid.Check(t, checkMax[float32]) })
	t.Run("float64", func(t *testing.T) { rapid.Check(t, checkMax[float64]) })
}

func checkMax[T Float](t *rapid.T) {
	s := shapes(t)
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	in, out := volume(s.In), volume(s.Out)
	x := values[T](r, s.N*in)
	lo := rapid.IntRange(0, s.N).Draw(t, "lo")
	hi := rapid.IntRange(lo, s.N).Draw(t, "hi")
	allY, y := marked[T](s.N * out)
	allI, index := marked[int32](s.N * out)
	allZ, z := marked[T](s.N * out)
	MaxForward(s, lo, hi, y, index, x)
	MaxForward(s, lo, hi, z, nil, x)
	checkMarks(t, allY, lo*out, hi*out)
	checkMarks(t, allI, lo*out, hi*out)
	checkMarks(t, allZ, lo*out, hi*out)
	for n := lo; n < hi; n++ {
		plane := x[n*in:][:in]
		each(s, func(o int, window []int) {
			want := window[0]
			for _, p := range window {
				if v, best := plane[p], plane[want]; v > best || math.IsNaN(float64(v)) && !math.IsNaN(float64(best)) {
					want = p
				}
			}
			if got := index[n*out+o]; got != int32(want) {
				t.Fatalf("%+v: output %d of plane %d is at %d, want %d", s, o, n, got, want)
			}
			if !same(y[n*out+o], plane[want]) || !same(z[n*out+o], plane[want]) {
				t.Fatalf("%+v: output %d of plane %d is %v, and %v without index, want %v", s, o, n, y[n*out+o], z[n*out+o], plane[want])
			}
		})
	}

	dy := finite[T](r, s.N*out)
	allDX, dx := marked[T](s.N * in)
	MaxBackward(s, lo, hi, dx, dy, index)
	checkMarks(t, allDX, lo*in, hi*in)
	allG, g := marked[T](s.N * out)
	Gather(s, lo, hi, g, x, index)
	checkMarks(t, allG, lo*out, hi*out)
	for n := lo; n < hi; n++ {
		want := make([]T, in)
		for o, p := range index[n*out:][:out] {
			want[p] += dy[n*out+o]
			if !same(g[n*out+o], x[n*in+int(p)]) {
				t.Fatalf("%+v: gathered %v at output %d, want %v", s, g[n*out+o], o, x[n*in+int(p)])
			}
		}
		for p, v := range want {
			if !same(dx[n*in+p], v) {
				t.Fatalf("%+v: gradient %v at %d of plane %d, want %v", s, dx[n*in+p], p, n, v)
			}
		}
	}
}

func TestAvg(t *testing.T) {
	t.Run("float32", func(t *testing.T) { rapid.Check(t, checkAvg[float32]) })
	t.Run("float64", func(t *testing.T) { rapid.Check(t, checkAvg[float64]) })
}

func checkAvg[T Float](t *rapid.T) {
	s := shapes(t)
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	padded := rapid.Bool().Draw(t, "padded")
	in, out := volume(s.In), volume(s.Out)
	x, dy := finite[T](r, s.N*in), finite[T](r, s.N*out)
	lo := rapid.IntRange(0, s.N).Draw(t, "lo")
	hi := rapid.IntRange(lo, s.N).Draw(t, "hi")
	allY, y := marked[T](s.N * out)
	allDX, dx := marked[T](s.N * in)
	AvgForward(s, lo, hi, y, x, padded)
	AvgBackward(s, lo, hi, dx, dy, padded)
	checkMarks(t, allY, lo*out, hi*out)
	checkMarks(t, allDX, lo*in, hi*in)
	bound := 1e-4
	var one T
	if _, ok := any(one).(float64); ok {
		bound = 1e-12
	}
	for n := lo; n < hi; n++ {
		grad := make([]float64, in)
		each(s, func(o int, window []int) {
			count := float64(len(window))
			if padded {
				count = float64(volume(s.Window))
			}
			sum := 0.0
			for _, p := range window {
				sum += float64(x[n*in+p])
				grad[p] += float64(dy[n*out+o]) / count
			}
			if got := float64(y[n*out+o]); !(math.Abs(got-sum/count) <= bound) {
				t.Fatalf("%+v: output %d of plane %d is %v, want %v", s, o, n, got, sum/count)
			}
		})
		for p, want := range grad {
			if got := float64(dx[n*in+p]); !(math.Abs(got-want) <= bound) {
				t.Fatalf("%+v: gradient %v at %d of plane %d, want %v", s, got, p, n, want)
			}
		}
	}
}

// Windows of nothing but padding have defined results, and nothing is read or written out of bounds.
func TestNothingButPadding(t *testing.T) {
	s := Shape{
		N: 2, In: [3]int{1, 2, 3}, Window: [3]int{1, 2, 2}, Out: [3]int{1, 9, 12},
		Stride: [3]int{1, 1, 1}, Dilation: [3]int{1, 1, 1}, Pad: [3]int{0, 4, 5},
	}
	x := make([]float32, s.N*volume(s.In))
	for i := range x {
		x[i] = float32(-1 - i)
	}
	for _, width := range []int{12, 3} {
		s.Out[2] = width
		out := volume(s.Out)
		y, index := make([]float32, s.N*out), make([]int32, s.N*out)
		MaxForward(s, 0, s.N, y, index, x)
		if !math.IsInf(float64(y[0]), -1) || index[0] != 0 {
			t.Errorf("maximum of nothing is %v at %d", y[0], index[0])
		}
		AvgForward(s, 0, s.N, y, x, false)
		if y[0] != 0 {
			t.Errorf("mean of nothing is %v", y[0])
		}
		dx := make([]float32, len(x))
		for i := range y {
			y[i] = 1
		}
		AvgBackward(s, 0, s.N, dx, y, true)
	}
}

func TestNoAllocations(t *testing.T) {
	for _, s := range []Shape{square(3, 24, 2, 2, 0), square(3, 30, 3, 2, 1), square(3, 7, 7, 7, 0)} {
		in, out := volume(s.In), volume(s.Out)
		x, y, index := make([]float32, s.N*in), make([]float32, s.N*out), make([]int32, s.N*out)
		n := testing.AllocsPerRun(2, func() {
			MaxForward(s, 0, s.N, y, index, x)
			MaxForward(s, 0, s.N, y, nil, x)
			MaxBackward(s, 0, s.N, x, y, index)
			Gather(s, 0, s.N, y, x, index)
			AvgForward(s, 0, s.N, y, x, true)
			AvgBackward(s, 0, s.N, x, y, true)
		})
		if n != 0 {
			t.Errorf("%+v: %v allocations", s, n)
		}
	}
}
