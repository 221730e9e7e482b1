package reduce

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Running is as its definition, in whole numbers, for any cut of the lines.
func TestRunning(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		outer, n, inner := r.IntN(4), r.IntN(6), r.IntN(3)*r.IntN(60)+r.IntN(3)
		exclusive, reverse := r.IntN(2) == 0, r.IntN(2) == 0
		x := make([]int32, outer*n*inner)
		for i := range x {
			x[i] = int32(r.IntN(200) - 100)
		}
		want := make([]int32, len(x))
		for i := range want {
			o, k, j := i/max(1, n*inner), i/max(1, inner)%max(1, n), i%max(1, inner)
			for m := range n {
				ahead := m < k
				if reverse {
					ahead = m > k
				}
				if ahead || m == k && !exclusive {
					want[i] += x[(o*n+m)*inner+j]
				}
			}
		}
		got := slices.Repeat([]int32{-7}, len(x))
		tasks := 1 + r.IntN(5)
		for _, k := range r.Perm(tasks) {
			lines := outer * inner
			Running[int32, int32](got, x, k*lines/tasks, (k+1)*lines/tasks, n, inner, exclusive, reverse)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%d × %d × %d, exclusive %v, reverse %v: %v, want %v", outer, n, inner, exclusive, reverse, got, want)
		}
	}
}

// Product multiplies each element once, in whole numbers, whatever their number.
func TestProduct(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for n := range 70 {
		x, want := make([]int64, n), int64(1)
		for i := range x {
			x[i] = int64(r.IntN(9) - 4)
			want *= x[i]
		}
		if got := Product(x, make([]int64, (n+1)/2)); got != want {
			t.Errorf("of %v: %d, want %d", x, got, want)
		}
	}
}
