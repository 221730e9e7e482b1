package vec

import (
	"math/rand/v2"
	"testing"
)

// What goes over a row once has the bits of the sums that it stands for, or of plain Go.
func TestNormSums(t *testing.T) { both(t, testNormSums[float32], testNormSums[float64]) }

func testNormSums[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	const m, rstd = 0.37, 1.7
	for _, n := range sums() {
		random := func() []T {
			x := make([]T, n)
			for i := range x {
				x[i] = T(r.NormFloat64())
			}
			return x
		}
		x, dy, scale, a, b := random(), random(), random(), random(), random()
		want := func(what string, got, want T) {
			if pattern(got) != pattern(want) && (got == got || want == want) {
				t.Fatalf("%s of %d: %v, want %v", what, n, got, want)
			}
		}
		mean, squares := Moments(x)
		want("mean", mean, Sum(x)/T(n))
		want("squares", squares, SumSquaresShift(x, mean))
		sum, product := SumDotShift(x, dy, m)
		want("sum", sum, Sum(dy))
		want("product", product, DotShift(x, dy, m))

		dscale, dshift := guard(n, n%9, T(42)), guard(n, n%7, T(42))
		plainScale, plainShift := append([]T(nil), a...), append([]T(nil), b...)
		check := func(what string, plain func(lo, hi int) T, got T) {
			want(what, got, pairs(0, n, plain))
			dscale.check(t, what)
			dshift.check(t, what)
			for i := range a {
				want(what+": dscale", dscale.in[i], plainScale[i])
				want(what+": dshift", dshift.in[i], plainShift[i])
			}
		}
		copy(dscale.in, a)
		copy(dshift.in, b)
		sum, product = NormSums(x, dy, scale, dscale.in, dshift.in, m, rstd)
		var plainSums []T // of blocks, which pairs visits from left to right
		check("NormSums' product", func(lo, hi int) T {
			s, p := normSumsGo(x[lo:hi], dy[lo:hi], scale[lo:hi], plainScale[lo:hi], plainShift[lo:hi], m, rstd)
			plainSums = append(plainSums, s)
			return p
		}, product)
		want("NormSums' sum", sum, pairs(0, n, func(_, _ int) T {
			s := plainSums[0]
			plainSums = plainSums[1:]
			return s
		}))
		product = RMSSums(x, dy, scale, dscale.in, rstd)
		check("RMSSums", func(lo, hi int) T {
			return rmsSumsGo(x[lo:hi], dy[lo:hi], scale[lo:hi], plainScale[lo:hi], rstd)
		}, product)
	}
}
