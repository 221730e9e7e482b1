package winograd

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/kedja-ml/kedja/internal/kernel/conv"
	"pgregory.net/rapid"
)

var roles = []conv.Role{conv.X, conv.W, conv.Y}

// shapes draws small but awkward convolutions.
func shapes(t *rapid.T) conv.Shape {
	channels := rapid.SampledFrom([]int{1, 2, 3, 7, 8, 9, 15, 16, 17, 24, 33, 40})
	side := rapid.IntRange(1, 14)
	s := square(rapid.IntRange(1, 3).Draw(t, "n"), channels.Draw(t, "c"), channels.Draw(t, "k"), side.Draw(t, "h"), side.Draw(t, "w"), 0)
	for d := 1; d < 3; d++ {
		s.Pad[d] = rapid.IntRange(0, 4).Draw(t, "pad")
		s.Out[d] = max(1, s.In[d]+s.Pad[d]+rapid.IntRange(-1, 4).Draw(t, "trail")-2)
	}
	return s
}

// Sums of small integers are exact in F(2×2), so its results have the bits of the definition.
func TestWholeNumbers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := shapes(t)
		if !Fits(s) {
			t.Fatalf("%+v does not fit", s)
		}
		o := draw(s, rapid.Uint64().Draw(t, "seed"), func(r *rand.Rand) float32 { return float32(r.IntN(9) - 4) })
		for _, role := range roles {
			want, _ := exact(s, role, o)
			got := solve(t, s, role, 2, o, nil, false, nil)
			for i, v := range got {
				if float64(v) != want[i] {
					t.Fatalf("role %d of %+v: element %d is %v, want %v", role, s, i, v, want[i])
				}
			}
		}
	})
}

// The draws of operands: alike, of very different sizes, and such that what a transform adds up cancels in the result.
var draws = []func(r *rand.Rand) float32{
	func(r *rand.Rand) float32 { return r.Float32()*2 - 1 },
	func(r *rand.Rand) float32 { return r.Float32() + 1 },
	func(r *rand.Rand) float32 { return float32(math.Ldexp(r.NormFloat64(), r.IntN(40)-20)) },
	func(r *rand.Rand) float32 {
		return []float32{1, -1, 1 << 12, 1e-8}[r.IntN(4)] * (1 + r.Float32()*0x1p-20)
	},
	func(r *rand.Rand) float32 { return float32(math.Ldexp(r.Float64(), -130)) },
}

// TestBound holds every result within the bound that the package states.
func TestBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := shapes(t)
		kind := rapid.IntRange(0, len(draws)-1).Draw(t, "kind")
		o := draw(s, rapid.Uint64().Draw(t, "seed"), draws[kind])
		for _, m := range []int{2, 4} {
			for _, role := range roles {
				want, _ := exact(s, role, o)
				limit := bound(s, role, m, o)
				for i, v := range solve(t, s, role, m, o, nil, false, nil) {
					if e := math.Abs(float64(v) - want[i]); !(e <= limit[i]) {
						t.Fatalf("F(%d), role %d of %+v: element %d is %v, want %v; the error %g is over %g", m, role, s, i, v, want[i], e, limit[i])
					}
				}
			}
		}
	})
}

// TestBoundIsTight keeps the bound from saying nothing: it is a small part of results of size 1.
func TestBoundIsTight(t *testing.T) {
	s := square(1, 8, 8, 8, 8, 1)
	o := draw(s, 1, draws[0])
	for m, most := range map[int]float64{2: 1e-3, 4: 1e-2} {
		for _, limit := range bound(s, conv.Y, m, o) {
			if limit > most {
				t.Fatalf("F(%d): a bound of %g", m, limit)
			}
		}
	}
}

// The plain twin and the assembly run the same program: whole numbers have the same bits where its constants are exact, and others
// differ by rounding.
func TestTwins(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for m := 2; m <= 4; m += 2 {
		for k := range kinds {
			p := programs[m/2-1][k]
			in, out := p.In, len(p.Out)
			for n := range 4 {
				from := view{data: make([]float32, 4*in*in*lanes+5), at: 5, row: in * lanes, col: lanes, step: in * in * lanes}
				for i := range from.data {
					from.data[i] = float32(r.NormFloat64())
				}
				var f *finish
				if k == result {
					f = &finish{make([]float32, lanes), make([]float32, lanes)}
					f.bias[3], f.floor[5] = 1, float32(math.Inf(-1))
				}
				var got [2][]float32
				for i := range got {
					got[i] = make([]float32, 4*out*out*lanes+3)
					to := view{data: got[i], at: 3, row: out * lanes, col: lanes, step: out * out * lanes}
					if i == 0 {
						transform(m, k, n, from, to, make([]float32, tmpSize), f)
					} else {
						transformGo(p, n, from, to, make([]float32, tmpSize), f)
					}
				}
				for i := range got[0] {
					if a, b := got[0][i], got[1][i]; math.Abs(float64(a-b)) > 1e-4 {
						t.Fatalf("%s: element %d is %v, the twin has %v", p.Name, i, a, b)
					}
				}
			}
		}
	}
}

// An image's bits do not depend on the batch, nor on the order of tasks; a bias and ReLU are the last.
func TestSameBits(t *testing.T) {
	for _, s := range []conv.Shape{square(5, 20, 40, 9, 11, 1), square(3, 300, 70, 6, 5, 0), square(2, 16, 16, 33, 17, 2)} {
		o := draw(s, 7, draws[0])
		bias := make([]float32, s.K)
		for i := range bias {
			bias[i] = float32(i%7) - 3
		}
		for _, m := range []int{2, 4} {
			for _, role := range roles {
				want := solve(t, s, role, m, o, nil, false, nil)
				if got := solve(t, s, role, m, o, nil, false, rand.New(rand.NewPCG(5, 6))); !slices.Equal(got, want) {
					t.Errorf("F(%d), role %d of %+v: other bits in another order of tasks", m, role, s)
				}
			}
			batch := solve(t, s, conv.Y, m, o, bias, true, nil)
			bare := solve(t, s, conv.Y, m, o, nil, false, nil)
			plane := size(s.Out)
			for i, v := range batch {
				if want := max(bare[i]+bias[i/plane%s.K], 0); v != want {
					t.Fatalf("F(%d) of %+v: finished, element %d is %v, want %v", m, s, i, v, want)
				}
			}
			one, each := s, len(o.x)/s.N
			one.N = 1
			for n := range s.N {
				image := o
				image.x, image.y = o.x[n*each:][:each], o.y[:len(o.y)/s.N]
				if got := solve(t, one, conv.Y, m, image, bias, true, nil); !slices.Equal(got, batch[n*len(got):][:len(got)]) {
					t.Errorf("F(%d) of %+v: image %d has other bits alone", m, s, n)
				}
			}
		}
	}
}

// NaN and infinities are not lost.
func TestNaN(t *testing.T) {
	s := square(1, 16, 16, 12, 12, 1)
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
		o := draw(s, 1, draws[0])
		o.x[5*144+6*12+7] = bad
		for _, m := range []int{2, 4} {
			y := solve(t, s, conv.Y, m, o, nil, true, nil)
			for i, v := range y {
				row, column := i/12%12, i%12
				if near := max(row-6, 6-row, column-7, 7-column) <= 1; near && v == v && !math.IsInf(float64(v), 0) && v != 0 {
					t.Fatalf("F(%d): result %d, which a %v meets, is %v", m, i, bad, v)
				}
				if far := max(row-6, 6-row, column-7, 7-column) > m+1; far && v != v {
					t.Fatalf("F(%d): result %d, far from a %v, is %v", m, i, bad, v)
				}
			}
		}
	}
}

func BenchmarkConv(b *testing.B) {
	for _, s := range []conv.Shape{
		square(32, 64, 64, 56, 56, 1),
		square(32, 128, 128, 28, 28, 1),
		square(32, 256, 256, 14, 14, 1),
		square(32, 512, 512, 7, 7, 1),
		square(32, 16, 16, 32, 32, 1),
		square(32, 32, 32, 16, 16, 1),
		square(32, 64, 64, 8, 8, 1),
		square(32, 32, 32, 28, 28, 1),
		square(32, 64, 64, 14, 14, 1),
		square(64, 32, 64, 26, 26, 0),
		square(1, 64, 64, 56, 56, 1),
	} {
		for _, role := range []conv.Role{conv.Y, conv.X, conv.W} {
			for _, m := range []int{0, 2, 4} {
				b.Run(fmt.Sprintf("%dx%dx%d_to_%d/%s/m%d", s.N, s.C, s.In[2], s.K, [...]string{"x", "w", "y"}[role], m), func(b *testing.B) {
					p := newRunner(s, role, m, 2, draw(s, 1, draws[0]))
					for b.Loop() {
						p.run()
					}
				})
			}
		}
	}
}
