package linalg

import (
	"math"

	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// rounds is how many an eigenvalue may take, and how many sweeps all singular values: far more than any need. What has not converged then
// is NaN.
const rounds = 60

// Eigen writes the eigenvalues w of the symmetric n × n matrix z, in ascending order, and over z the eigenvectors, one a row, each with its
// element of the largest magnitude positive: by reflections to tridiagonal form, then by implicit shifts (Golub & Van Loan, Matrix
// Computations, 4th ed., sections 8.3.1 and 8.3.3). local has 2·n elements.
func Eigen(w, z, local []float64, n int) {
	unit := scaled(z)
	e := local[:n]
	if !Finite(z) || n > 0 && !(tridiagonal(w, e, local[n:], z, n) && diagonal(w, e, z, n)) {
		nan(w, z)
		return
	}
	sortRows(w, n, false, z)
	for i := range w {
		w[i] *= unit
		upright(z[i*n:(i+1)*n], nil)
	}
}

// scaled divides a by a power of 2, so that squares neither overflow nor vanish, and returns that.
func scaled(a []float64) float64 {
	most := 0.0
	for _, v := range a {
		most = max(most, math.Abs(v))
	}
	if most == 0 || math.IsInf(most, 0) || most != most {
		return 1
	}
	_, e := math.Frexp(most)
	if e > -100 && e < 100 {
		return 1
	}
	for i, v := range a {
		a[i] = math.Ldexp(v, -e)
	}
	return math.Ldexp(1, e)
}

// tridiagonal reduces z to the diagonal d and the subdiagonal e, and leaves in the rows of z the basis in which it is so.
func tridiagonal(d, e, p, z []float64, n int) bool {
	for k := range n - 1 { // row k of z becomes the reflection I − tau·v·vᵀ of what follows its diagonal
		v := z[k*n+k+1 : (k+1)*n]
		tau := reflector(v)
		d[k], e[k] = z[k*n+k], v[0]
		if z[k*n+k] = tau; tau == 0 {
			continue
		}
		v[0] = 1
		p := p[:len(v)] // tau·A·v − ½·tau²·(vᵀ·A·v)·v: A − v·pᵀ − p·vᵀ is the reflected one
		rest := func(i int) []float64 { return z[(k+1+i)*n+k+1 : (k+2+i)*n] }
		for i := range p {
			p[i] = tau * vec.Dot(rest(i), v)
		}
		sub(p, v, tau/2*vec.Dot(p, v))
		for i, a := range v {
			sub(rest(i), p, a)
			sub(rest(i), v, p[i])
		}
	}
	d[n-1], e[n-1], z[n*n-1] = z[n*n-1], 0, 1
	for k := n - 2; k >= 0; k-- { // each acts on the basis that the later ones made
		row := z[k*n : (k+1)*n]
		for i := k + 1; i < n; i++ {
			y := z[i*n+k+1 : (i+1)*n]
			if row[k] != 0 {
				sub(y, row[k+1:], row[k]*vec.Dot(y, row[k+1:]))
			}
			z[i*n+k] = 0
		}
		clear(row[k+1:])
		row[k] = 1
	}
	return Finite(d) && Finite(e)
}

// diagonal turns the diagonal d and the subdiagonal e into eigenvalues, and the rows of z along with them.
func diagonal(d, e, z []float64, n int) bool {
	for l := range n {
		for round := 0; ; round++ {
			m := l
			for m < n-1 && math.Abs(e[m]) > 0x1p-53*(math.Abs(d[m])+math.Abs(d[m+1])) {
				m++
			}
			if m == l {
				break
			}
			if round == rounds {
				return false
			}
			chase(d, e, z, l, m, n)
		}
	}
	return Finite(d)
}

// chase takes one step with Wilkinson's shift on the block from l to m.
func chase(d, e, z []float64, l, m, n int) {
	g := (d[l+1] - d[l]) / (2 * e[l])
	g = d[m] - d[l] + e[l]/(g+math.Copysign(math.Hypot(g, 1), g))
	s, c, p := 1.0, 1.0, 0.0
	for i := m - 1; i >= l; i-- {
		f, b := s*e[i], c*e[i]
		r := math.Hypot(f, g)
		if e[i+1] = r; r == 0 { // the block falls in two
			d[i+1] -= p
			e[m] = 0
			return
		}
		s, c = f/r, g/r
		g = d[i+1] - p
		r = (d[i]-g)*s + 2*c*b
		p = s * r
		d[i+1] = g + p
		g = c*r - b
		rotate(z[i*n:(i+1)*n], z[(i+1)*n:(i+2)*n], c, s)
	}
	d[l] -= p
	e[l], e[m] = g, 0
}

// rotate makes x and y into c·x − s·y and s·x + c·y.
func rotate(x, y []float64, c, s float64) {
	y = y[:len(x)]
	for i, a := range x {
		b := y[i]
		x[i], y[i] = c*a-s*b, s*a+c*b
	}
}

// sortRows puts the n values of w in order, and the rows of each matrix with them.
func sortRows(w []float64, n int, descending bool, of ...[]float64) {
	for i := range n {
		k := i
		for j := i + 1; j < n; j++ {
			if w[j] != w[k] && w[j] > w[k] == descending {
				k = j
			}
		}
		if k == i {
			continue
		}
		w[i], w[k] = w[k], w[i]
		for _, a := range of {
			m := len(a) / n
			for j := range m {
				a[i*m+j], a[k*m+j] = a[k*m+j], a[i*m+j]
			}
		}
	}
}

// upright turns x, and what belongs to it, so that the element of the largest magnitude is positive: the first of those that are equal but
// for rounding.
func upright(x, with []float64) {
	k, most := 0, 0.0
	for i, v := range x {
		if math.Abs(v) > most*(1+0x1p-20) {
			k, most = i, math.Abs(v)
		}
	}
	if most == 0 || x[k] > 0 {
		return
	}
	for i := range x {
		x[i] = -x[i]
	}
	for i := range with {
		with[i] = -with[i]
	}
}
