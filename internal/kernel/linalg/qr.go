package linalg

import (
	"math"

	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// QR writes the factors of the m × n matrix a, m ≥ n: q, m × n with orthonormal columns, and r, n × n upper triangular, by Householder's
// reflections with LAPACK's choice of signs (geqrf, orgqr): r[i, i] has the sign against that of the element it comes from. local has
// (2·m + 1)·n elements.
func QR[T Float](q, r, a, local []T, m, n int) {
	w, e, tau := local[:m*n], local[m*n:2*m*n], local[2*m*n:] // columns of a and of q, as rows
	for j := range n {
		for i := range m {
			w[j*m+i] = a[i*n+j]
		}
	}
	for k := range n {
		x := w[k*m+k : (k+1)*m]
		tau[k] = reflector(x)
		for j := k + 1; j < n; j++ {
			reflect(w[j*m+k:(j+1)*m], x, tau[k])
		}
	}
	for j := range n {
		clear(r[j*n : (j+1)*n])
		for i := j; i < n; i++ {
			r[j*n+i] = w[i*m+j]
		}
	}
	clear(e)
	for k := n - 1; k >= 0; k-- {
		e[k*m+k] = 1
		for j := k; j < n; j++ {
			reflect(e[j*m+k:(j+1)*m], w[k*m+k:(k+1)*m], tau[k])
		}
	}
	for j := range n {
		for i := range m {
			q[i*n+j] = e[j*m+i]
		}
	}
}

// reflector leaves in x[0] what the reflection I − tau·v·vᵀ makes of x, which is 0 elsewhere, and in x[1:] what follows the 1 of v.
func reflector[T Float](x []T) (tau T) {
	alpha := x[0]
	tail := vec.Dot(x[1:], x[1:])
	if tail == 0 {
		return 0
	}
	beta := T(math.Sqrt(float64(alpha*alpha + tail)))
	if alpha > 0 {
		beta = -beta
	}
	vec.Scale(x[1:], x[1:], 1/(alpha-beta))
	x[0] = beta
	return (beta - alpha) / beta
}

// reflect applies a reflection to y; the first element of v stands for 1.
func reflect[T Float](y, v []T, tau T) {
	if tau == 0 {
		return
	}
	s := tau * (y[0] + vec.Dot(y[1:], v[1:]))
	y[0] -= s
	sub(y[1:], v[1:], s)
}
