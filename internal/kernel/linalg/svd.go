package linalg

import (
	"math"

	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// SVD writes the singular values s of the m × n matrix a, m ≥ n, in descending order, and over the rows of u, n × m, and of v, n × n, the
// left and the right singular vectors, those of u as Eigen's: u holds the columns of a as rows to begin with. Pairs of columns are rotated
// until all are orthogonal (Hestenes, 1958; Demmel & Veselić, SIAM J. Matrix Anal. Appl. 13(4), 1992).
func SVD(u, s, v []float64, m, n int) {
	unit := scaled(u)
	if !Finite(u) || !orthogonal(u, v, m, n) {
		nan(u, s, v)
		return
	}
	for j := range n {
		s[j] = math.Sqrt(vec.Dot(u[j*m:(j+1)*m], u[j*m:(j+1)*m]))
	}
	sortRows(s, n, true, u, v)
	for j := range n {
		x := u[j*m : (j+1)*m]
		if s[j] <= 0x1p-1000 {
			s[j] = 0
			complete(u, j, m)
		} else {
			vec.Scale(x, x, 1/s[j])
		}
		s[j] *= unit
		upright(x, v[j*n:(j+1)*n])
	}
}

func orthogonal(u, v []float64, m, n int) bool {
	clear(v)
	for i := range n {
		v[i*n+i] = 1
	}
	for range rounds {
		done := true
		for p := range n {
			for q := p + 1; q < n; q++ {
				x, y := u[p*m:(p+1)*m], u[q*m:(q+1)*m]
				a, b, c := vec.Dot(x, x), vec.Dot(y, y), vec.Dot(x, y)
				if !(math.Abs(c) > 0x1p-52*math.Sqrt(a)*math.Sqrt(b)) || math.Abs(c) <= 0x1p-1020 {
					continue
				}
				done = false
				zeta := (b - a) / (2 * c)
				t := math.Copysign(1/(math.Abs(zeta)+math.Hypot(1, zeta)), zeta)
				cos := 1 / math.Sqrt(1+t*t)
				rotate(x, y, cos, cos*t)
				rotate(v[p*n:(p+1)*n], v[q*n:(q+1)*n], cos, cos*t)
			}
		}
		if done {
			return true
		}
	}
	return false
}

// complete makes row j of u a unit vector that is orthogonal to the rows before: what is left of the unit vector that has most left.
func complete(u []float64, j, m int) {
	x := u[j*m : (j+1)*m]
	k, least := 0, math.Inf(1)
	for i := range m {
		in := 0.0
		for r := range j {
			in += u[r*m+i] * u[r*m+i]
		}
		if in < least-0x1p-40 {
			k, least = i, in
		}
	}
	clear(x)
	x[k] = 1
	for range 2 {
		for r := range j {
			row := u[r*m : (r+1)*m]
			sub(x, row, vec.Dot(x, row))
		}
		vec.Scale(x, x, 1/math.Sqrt(vec.Dot(x, x)))
	}
}
