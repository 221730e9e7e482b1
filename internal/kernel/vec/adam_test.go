package vec

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The assembly has the bits of the loop in Go, at every length and alignment, in place too, and writes nothing else.
func TestAdam(t *testing.T) { both(t, testAdam[float32], testAdam[float64]) }

func testAdam[T Float](t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, n := range lengths() {
		var in [6][]T
		for i := range in {
			in[i] = draw[T](r, n)
		}
		for i := 0; i < n; i += 5 { // moments on their way to zero
			in[1][i], in[2][i], in[3][i] = in[1][i]*smallest[T](), T(r.Float64())*smallest[T]()*2, 0
		}
		w, m, v, g, size, second := in[0], in[1], in[2], in[3], in[4], in[5]
		const b1, c1, b2, c2, eps = 0.9, 0.1, 0.99, 0.01, 1e-3
		var want [3][]T
		for i := range want {
			want[i] = make([]T, n)
		}
		for i := range n { // one element at a time, through the same routine: a place in a vector must not count
			at := func(s []T) []T { return s[i : i+1] }
			Adam(at(want[0]), at(want[1]), at(want[2]), at(w), at(m), at(v), at(g), at(size), at(second), b1, c1, b2, c2, eps)
			first := normal(T(T(b1)*m[i]) + T(T(c1)*g[i]))
			squares := normal(T(T(b2)*v[i]) + T(T(c2)*T(g[i]*g[i])))
			if !same(want[1][i], first) || !same(want[2][i], squares) {
				t.Fatalf("moments %v %v, want %v %v", want[1][i], want[2][i], first, squares)
			}
		}
		for _, inPlace := range []bool{false, true} {
			var got [3]guarded[T]
			for i := range got {
				got[i] = guard(n, (n+i)%9, T(42))
			}
			w, m, v := w, m, v
			if inPlace {
				copy(got[0].in, w)
				copy(got[1].in, m)
				copy(got[2].in, v)
				w, m, v = got[0].in, got[1].in, got[2].in
			}
			Adam(got[0].in, got[1].in, got[2].in, w, m, v, g, size, second, b1, c1, b2, c2, eps)
			for k := range got {
				got[k].check(t, "Adam")
				for i, x := range got[k].in {
					if !same(x, want[k][i]) {
						t.Fatalf("result %d of %d elements: element %d is %v, want %v", k, n, i, x, want[k][i])
					}
				}
			}
		}
	}
}

// smallest is the smallest normal number.
func smallest[T Float]() T {
	if isSingle[T]() {
		return T(math.Float32frombits(1 << 23))
	}
	return T(math.Float64frombits(1 << 52))
}

// normal is x, or +0 if it is smaller than a normal number.
func normal[T Float](x T) T {
	if x < smallest[T]() && x > -smallest[T]() {
		return 0
	}
	return x
}
