package nn

import (
	"math/rand/v2"

	"github.com/kedja-ml/kedja/graph"
)

// Orthogonal draws a matrix [first axis, all others] whose rows, or if there are more of them its columns, are orthogonal and of length
// gain (Saxe et al., 2014, section 3): uniformly among all such matrices, since they are what Gram and Schmidt make of normal
// vectors (Mezzadri, 2007, section 5). It costs O(rows·columns·min(rows, columns)).
func Orthogonal(gain float64) Init {
	return func(r *rand.Rand, s graph.Shape, _, _ int) []float64 {
		n := s.Size()
		if n == 0 {
			return nil
		}
		rows := 1
		if s.Rank() > 1 {
			rows = s.Dim(0)
		}
		cols := n / rows
		q := orthonormal(r, min(rows, cols), max(rows, cols))
		w := make([]float64, n)
		for i := range w {
			a, b := i/cols, i%cols
			if rows > cols {
				a, b = b, a
			}
			w[i] = gain * q[a][b]
		}
		return w
	}
}

// orthonormal draws k ≤ n vectors of n elements.
func orthonormal(r *rand.Rand, k, n int) [][]float64 {
	q := make([][]float64, 0, k)
	for len(q) < k {
		v := normal(r, n, 1)
		for before := 0.0; ; {
			before = norm(v)
			for _, u := range q {
				v = without(v, u)
			}
			if after := norm(v); after > before/2 { // else what cancelled has left errors: once more (Kahan's "twice is enough")
				break
			}
		}
		q = append(q, versor(v))
	}
	return q
}

// without removes the part of v along the unit vector u.
func without(v, u []float64) []float64 {
	dot := 0.0
	for i, x := range v {
		dot += x * u[i]
	}
	for i := range v {
		v[i] -= dot * u[i]
	}
	return v
}
