package fourier

import (
	"math"
	"math/cmplx"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/dsp/fourier"
)

// coefficients are by definition, or gonum's where that takes long; of long primes its errors grow.
func coefficients(x []float64) []complex128 {
	n := len(x)
	if n > 2100 {
		return fourier.NewFFT(n).Coefficients(nil, x)
	}
	w, c := make([]complex128, n), make([]complex128, n/2+1)
	for t := range w {
		sin, cos := math.Sincos(2 * math.Pi * float64(t) / float64(n))
		w[t] = complex(cos, -sin)
	}
	for k := range c {
		for j, v := range x {
			c[k] += complex(v, 0) * w[j*k%n]
		}
	}
	return c
}

// Every length up to 130, and some of each kind above: as by definition or by gonum, and back.
func TestTransforms(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	lengths := []int{243, 256, 257, 500, 1000, 1009, 1024, 2 * 1009, 3*37*11 + 1, 4096, 5040, 65536}
	for n := 1; n <= 130; n++ {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		x := make([]float64, n)
		for i := range x {
			x[i] = r.NormFloat64()
		}
		f := New(n)
		table, local := make([]float64, f.Table()), make([]float64, f.Local())
		for i := range local {
			local[i] = math.NaN()
		}
		for task := range 3 {
			f.Fill(table, task, 3)
		}
		f.Finish(table, local)
		re, im, back := make([]float64, n/2+1), make([]float64, n/2+1), make([]float64, n)
		f.Forward(re, im, x, table, local)
		for k, want := range coefficients(x) {
			if d := cmplx.Abs(complex(re[k], im[k]) - want); !(d < 1e-14*float64(n+10)) {
				t.Fatalf("length %d: element %d is off by %v", n, k, d)
			}
		}
		if im[0] != 0 || n%2 == 0 && im[n/2] != 0 {
			t.Errorf("length %d: %v, %v", n, im[0], im[n/2])
		}
		im[0] = 5 // does not count
		if n%2 == 0 {
			im[n/2] = -7
		}
		f.Inverse(back, re, im, table, local)
		for i, v := range back {
			if !(math.Abs(v-x[i]) < 1e-13) {
				t.Fatalf("length %d: number %d comes back as %v, not %v", n, i, v, x[i])
			}
		}
	}
}

func BenchmarkForward(b *testing.B) {
	for _, n := range []int{1000, 1024, 1009, 65536} {
		f := New(n)
		table, local := make([]float64, f.Table()), make([]float64, f.Local())
		f.Fill(table, 0, 1)
		f.Finish(table, local)
		x, re, im := make([]float64, n), make([]float64, n/2+1), make([]float64, n/2+1)
		b.Run("", func(b *testing.B) {
			for b.Loop() {
				f.Forward(re, im, x, table, local)
			}
		})
	}
}
