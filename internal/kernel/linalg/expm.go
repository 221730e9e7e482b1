package linalg

import (
	"math"

	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// pade13 are the coefficients of the [13/13] approximant of eˣ over the last one.
var pade13 = [14]float64{
	64764752532480000, 32382376266240000, 7771770303897600, 1187353796428800, 129060195264000, 10559470521600, 670442572800, 33522128640,
	1323241920, 40840800, 960960, 16380, 182, 1,
}

// theta13 is the largest 1-norm at which that is exact to rounding (Higham, The scaling and squaring method for the matrix exponential
// revisited, SIAM J. Matrix Anal. Appl. 26(4), 2005, table 2.3).
const theta13 = 5.371920351148152

// Exp writes e^a of the n × n matrix a, which is overwritten, by Padé's approximant of a over a power of 2, squared as often. local has
// 6·n·n elements and perm n.
func Exp(y, a, local []float64, perm []int32, n int) {
	if !Finite(a) {
		nan(y)
		return
	}
	norm := 0.0
	for j := range n {
		col := 0.0
		for i := range n {
			col += math.Abs(a[i*n+j])
		}
		norm = max(norm, col)
	}
	squarings := 0
	if norm > theta13 {
		_, squarings = math.Frexp(norm / theta13)
	}
	for i, v := range a {
		a[i] = math.Ldexp(v, -squarings)
	}
	nn := n * n
	a2, a4, a6, u, v, w := local[:nn], local[nn:2*nn], local[2*nn:3*nn], local[3*nn:4*nn], local[4*nn:5*nn], local[5*nn:6*nn]
	product(a2, a, a, n)
	product(a4, a2, a2, n)
	product(a6, a4, a2, n)
	b := pade13[:]
	powers := func(dst []float64, b6, b4, b2 float64) {
		for i := range dst {
			dst[i] = b6*a6[i] + b4*a4[i] + b2*a2[i]
		}
	}
	half := func(dst []float64, b []float64) { // b₁₂·a¹² + … + b₀, of every other power
		powers(w, b[12], b[10], b[8])
		product(dst, a6, w, n)
		powers(w, b[6], b[4], b[2])
		vec.AddTo(dst, w)
		for i := range n {
			dst[i*n+i] += b[0]
		}
	}
	half(v, b[:13])
	half(y, b[1:])
	product(u, a, y, n) // the odd powers
	for i, o := range u {
		a2[i], a4[i] = v[i]-o, v[i]+o
	}
	LU(w, perm, a2, local[3*nn:5*nn], n) // u and v are done with
	SolveLU(y, w, perm, a4, nil, n, n, false)
	for range squarings {
		product(u, y, y, n)
		copy(y, u)
	}
}

// product writes a·b.
func product(c, a, b []float64, n int) {
	clear(c)
	for i := range n {
		for k := range n {
			if v := a[i*n+k]; v != 0 {
				vec.AddScaled(c[i*n:(i+1)*n], c[i*n:(i+1)*n], b[k*n:(k+1)*n], v)
			}
		}
	}
}
