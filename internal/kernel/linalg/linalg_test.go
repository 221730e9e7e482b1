package linalg

import (
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"
)

var sizes = []int{0, 1, 2, 3, 4, 5, 8, 9, 17, 33, 64, 127, 128, 200}

func draw(r *rand.Rand, n int) []float64 {
	v := make([]float64, n)
	for i := range v {
		v[i] = r.NormFloat64()
	}
	return v
}

func single(v []float64) []float32 {
	w := make([]float32, len(v))
	for i, x := range v {
		w[i] = float32(x)
	}
	return w
}

func definite(r *rand.Rand, n int) []float64 {
	x, a := draw(r, n*n), make([]float64, n*n)
	for i := range n {
		for j := range n {
			for k := range n {
				a[i*n+j] += x[i*n+k] * x[j*n+k]
			}
		}
		a[i*n+i] += float64(n)
	}
	return a
}

// near fails where got is farther from want than a share of the largest.
func near[T Float](t *testing.T, what string, n int, got []T, want []float64, share float64) {
	t.Helper()
	most := 1.0
	for _, v := range want {
		most = max(most, math.Abs(v))
	}
	for i, v := range want {
		if d := math.Abs(float64(got[i]) - v); !(d <= share*most) {
			t.Fatalf("%s of %d rows: element %d is %v, not %v", what, n, i, got[i], v)
		}
	}
}

func TestAgainstGonum(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range sizes[1:] {
		a := definite(r, n)
		var c mat.Cholesky
		if !c.Factorize(mat.NewSymDense(n, a)) {
			t.Fatal(n)
		}
		var lower mat.TriDense
		c.LTo(&lower)
		want := mat.DenseCopyOf(&lower).RawMatrix().Data
		l, l32 := make([]float64, n*n), make([]float32, n*n)
		Cholesky(l, a, n)
		Cholesky(l32, single(a), n)
		near(t, "cholesky", n, l, want, 1e-13)
		near(t, "cholesky", n, l32, want, 1e-4)

		g := draw(r, n*n)
		var lu mat.LU
		lu.Factorize(mat.NewDense(n, n, g))
		f, perm := make([]float64, n*n), make([]int32, n)
		LU(f, perm, g, make([]float64, LocalLU[float64](n)), n)
		det := 1.0
		if Odd(perm) {
			det = -1
		}
		for i := range n {
			det *= f[i*n+i]
		}
		if want := lu.Det(); math.Abs(det-want) > 1e-11*math.Abs(want) {
			t.Fatalf("det of %d rows is %v, not %v", n, det, want)
		}
		for _, k := range []int{1, 3} {
			for _, transposed := range []bool{false, true} {
				b, x := draw(r, n*k), make([]float64, n*k)
				var want mat.Dense
				if err := lu.SolveTo(&want, transposed, mat.NewDense(n, k, b)); err != nil {
					t.Fatal(err)
				}
				SolveLU(x, f, perm, b, make([]float64, n*k), n, k, transposed)
				near(t, "solve", n, x, want.RawMatrix().Data, 1e-9)
			}
		}

		var e mat.EigenSym
		if !e.Factorize(mat.NewSymDense(n, a), true) {
			t.Fatal(n)
		}
		z, w := append([]float64(nil), a...), make([]float64, n)
		Eigen(w, z, make([]float64, 2*n), n)
		near(t, "eigenvalues", n, w, e.Values(nil), 1e-13)
		residual(t, "eigenvectors", n, a, w, z)

		m := n + r.IntN(4)
		b := draw(r, m*n)
		var svd mat.SVD
		if !svd.Factorize(mat.NewDense(m, n, b), mat.SVDThin) {
			t.Fatal(n)
		}
		u, s, v := make([]float64, m*n), make([]float64, n), make([]float64, n*n)
		for i, x := range b {
			u[i%n*m+i/n] = x
		}
		SVD(u, s, v, m, n)
		near(t, "singular values", n, s, svd.Values(nil), 1e-13)
		back := make([]float64, m*n)
		for i := range back {
			for k := range n {
				back[i] += u[k*m+i/n] * s[k] * v[k*n+i%n]
			}
		}
		near(t, "U·S·Vᵀ", n, back, b, 1e-13)
		orthonormal(t, "U", u, n, m)
		orthonormal(t, "V", v, n, n)

		q, rr := make([]float64, m*n), make([]float64, n*n)
		QR(q, rr, b, make([]float64, (2*m+1)*n), m, n)
		var qr mat.QR
		qr.Factorize(mat.NewDense(m, n, b))
		var wantR mat.Dense
		qr.RTo(&wantR)
		near(t, "R", n, rr, mat.DenseCopyOf(wantR.Slice(0, n, 0, n)).RawMatrix().Data, 1e-12)
		back = make([]float64, m*n)
		for i := range back {
			for k := range n {
				back[i] += q[i/n*n+k] * rr[k*n+i%n]
			}
		}
		near(t, "Q·R", n, back, b, 1e-13)

		x := draw(r, n*n)
		scale := []float64{0.01, 1, 4}[n%3]
		for i := range x {
			x[i] *= scale / math.Sqrt(float64(n))
		}
		var exp mat.Dense
		exp.Exp(mat.NewDense(n, n, append([]float64(nil), x...)))
		y := make([]float64, n*n)
		Exp(y, x, make([]float64, 6*n*n), make([]int32, n), n)
		near(t, "exp", n, y, exp.RawMatrix().Data, 1e-12)
	}
}

// residual checks z[k]·a = w[k]·z[k], and that the rows are orthonormal.
func residual(t *testing.T, what string, n int, a, w, z []float64) {
	t.Helper()
	for k := range n {
		for j := range n {
			s := 0.0
			for i := range n {
				s += z[k*n+i] * a[i*n+j]
			}
			if math.Abs(s-w[k]*z[k*n+j]) > 1e-12*float64(n*n) {
				t.Fatalf("%s of %d rows: number %d is off by %v", what, n, k, s-w[k]*z[k*n+j])
			}
		}
	}
	orthonormal(t, what, z, n, n)
}

func orthonormal(t *testing.T, what string, z []float64, n, m int) {
	t.Helper()
	for i := range n {
		for j := range i + 1 {
			s := 0.0
			for k := range m {
				s += z[i*m+k] * z[j*m+k]
			}
			if i == j {
				s--
			}
			if math.Abs(s) > 1e-13*float64(m) {
				t.Fatalf("%s: rows %d and %d: %v", what, i, j, s)
			}
		}
	}
}

// Equal eigenvalues, ranks that are not full, and scales at the ends.
func TestDegenerate(t *testing.T) {
	for _, unit := range []float64{1, 1e-300, 1e300} {
		for _, a := range [][]float64{
			{0, 0, 0, 0, 0, 0, 0, 0, 0},
			{2, 0, 0, 0, 2, 0, 0, 0, 2},
			{1, 1, 1, 1, 1, 1, 1, 1, 1},
			{0, 1, 0, 1, 0, 0, 0, 0, 0},
			{1, 2, 3, 2, 4, 6, 3, 6, 9},
		} {
			z, w, of := make([]float64, 9), make([]float64, 3), make([]float64, 9)
			for i, v := range a {
				z[i] = v * unit
			}
			u, s, v := append([]float64(nil), z...), make([]float64, 3), make([]float64, 9)
			Eigen(w, z, make([]float64, 6), 3)
			SVD(u, s, v, 3, 3)
			for i := range w {
				w[i] /= unit
				s[i] /= unit
			}
			residual(t, "degenerate", 3, a, w, z)
			orthonormal(t, "U", u, 3, 3)
			orthonormal(t, "V", v, 3, 3)
			for i := range of {
				for k := range 3 {
					of[i] += u[k*3+i/3] * s[k] * v[k*3+i%3]
				}
			}
			near(t, "U·S·Vᵀ", 3, of, a, 1e-14)
		}
	}
}

// Whatever the values, each ends, and what cannot be factorised is NaN.
func TestWildValues(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	wild := []float64{0, math.Copysign(0, -1), math.Inf(1), math.Inf(-1), math.NaN(), math.MaxFloat64, 5e-324, 1e-160, 1e160, 1, -1}
	for range 3000 {
		n := 1 + r.IntN(5)
		a := make([]float64, n*n)
		for i := range a {
			a[i] = wild[r.IntN(len(wild))]
		}
		bad := !Finite(a)
		z, w := append([]float64(nil), a...), make([]float64, n)
		Eigen(w, z, make([]float64, 2*n), n)
		u, s, v := append([]float64(nil), a...), make([]float64, n), make([]float64, n*n)
		SVD(u, s, v, n, n)
		y := make([]float64, n*n)
		Exp(y, append([]float64(nil), a...), make([]float64, 6*n*n), make([]int32, n), n)
		if bad && (w[0] == w[0] || s[0] == s[0] || y[0] == y[0]) {
			t.Fatal(a, w, s, y)
		}
		l, perm, x := make([]float64, n*n), make([]int32, n), make([]float64, n)
		Cholesky(l, a, n)
		LU(l, perm, a, make([]float64, LocalLU[float64](n)), n)
		SolveLU(x, l, perm, w, make([]float64, n), n, 1, false)
		QR(l, z, a, make([]float64, (2*n+1)*n), n, n)
	}
	l := make([]float64, 4)
	if Cholesky(l, []float64{1, 2, 2, 1}, 2); l[0] == l[0] || l[3] == l[3] {
		t.Error(l)
	}
}

func BenchmarkLinalg(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{8, 64, 256} {
		a, l, z, w := definite(r, n), make([]float64, n*n), make([]float64, n*n), make([]float64, n)
		perm, local := make([]int32, n), make([]float64, 7*n*n+LocalLU[float64](n))
		b.Run("cholesky", func(b *testing.B) {
			for b.Loop() {
				Cholesky(l, a, n)
			}
		})
		b.Run("lu", func(b *testing.B) {
			for b.Loop() {
				LU(l, perm, a, local, n)
			}
		})
		b.Run("eigen", func(b *testing.B) {
			for b.Loop() {
				copy(z, a)
				Eigen(w, z, local, n)
			}
		})
		b.Run("svd", func(b *testing.B) {
			for b.Loop() {
				copy(z, a)
				SVD(z, w, l, n, n)
			}
		})
	}
}
