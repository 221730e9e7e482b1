package linalg

import "github.com/kedja-ml/kedja/internal/kernel/vec"

// Triangle says which half of a matrix is meant: the lower or the upper one, as it is or transposed, with its diagonal or with ones there.
type Triangle struct{ Upper, Transposed, Unit bool }

// SolveTriangular writes the solution x of op(a)·x = x, in place: a is n × n, of which the other half is not read, and x is n × k. A zero on
// the diagonal divides.
func SolveTriangular[T Float](t Triangle, x, a []T, n, k int) {
	down := t.Upper == t.Transposed // op(a) is lower
	for step := range n {
		i, lo, hi := step, 0, step
		if !down {
			i = n - 1 - step
			lo, hi = i+1, n
		}
		if k == 1 && !t.Transposed {
			x[i] -= vec.Dot(a[i*n+lo:i*n+hi], x[lo:hi])
			divide(t, x[i:i+1], a[i*n+i])
			continue
		}
		if k == 1 { // what is solved is taken out of the rest
			divide(t, x[i:i+1], a[i*n+i])
			lo, hi = i+1, n
			if !down {
				lo, hi = 0, i
			}
			sub(x[lo:hi], a[i*n+lo:i*n+hi], x[i])
			continue
		}
		row := x[i*k : (i+1)*k]
		for j := lo; j < hi; j++ {
			c := a[i*n+j]
			if t.Transposed {
				c = a[j*n+i]
			}
			sub(row, x[j*k:(j+1)*k], c)
		}
		divide(t, row, a[i*n+i])
	}
}

func divide[T Float](t Triangle, x []T, d T) {
	if t.Unit {
		return
	}
	for i := range x {
		x[i] /= d
	}
}
