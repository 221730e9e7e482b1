package linalg

import (
	"math"

	"github.com/kedja-ml/kedja/internal/kernel/vec"
)

// Cholesky writes the lower factor l of the symmetric part of the n × n matrix a = l·lᵀ, row by row (Golub & Van Loan, Matrix Computations,
// 4th ed., section 4.2). All of l is NaN if that is not positive definite.
func Cholesky[T Float](l, a []T, n int) {
	for i := range n {
		row := l[i*n : (i+1)*n]
		for j := range i {
			s := (a[i*n+j] + a[j*n+i]) / 2
			row[j] = (s - vec.Dot(row[:j], l[j*n:j*n+j])) / l[j*n+j]
		}
		d := a[i*n+i] - vec.Dot(row[:i], row[:i])
		if !(d > 0) || math.IsInf(float64(d), 1) {
			nan(l)
			return
		}
		row[i] = T(math.Sqrt(float64(d)))
		clear(row[i+1:])
	}
}
