package linalg

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// Large matrices are eliminated by panels of so many columns, and what is left of the matrix is updated by a product (Golub & Van Loan,
// section 3.2.11).
const panel = 64

// large is from how many rows on.
const large = 128

// LocalLU says how many elements of memory the factorisation of n rows needs.
func LocalLU[T Float](n int) (most int) {
	if n < large {
		return 0
	}
	for k := panel; k < n; k += panel {
		p := update[T](n-k, n)
		most = max(most, p.Scratch()+p.Local())
	}
	return most + n*panel
}

// update is C += A·B of the last m rows and columns of a matrix with rows of n elements: A is a copy of a panel, B the rows beside the
// panel.
func update[T Float](m, n int) gemm.Plan {
	p := gemm.New[T](m, m, panel, false, false)
	p.LDB, p.LDC, p.Accumulate = n, n, true
	return p
}

func run[T Float](p gemm.Plan, c, a, b, local []T) {
	scratch, own := local[:p.Scratch()], local[p.Scratch():p.Scratch()+p.Local()]
	for phase, tasks := range p.Phases() {
		for task := range tasks {
			gemm.Run(p, phase, task, c, a, b, nil, scratch, own)
		}
	}
}

// minus copies columns k to k+panel−1 of the rows of a, n long, with their signs changed.
func minus[T Float](to, rows []T, k, n int) {
	for i := range len(rows) / n {
		for j, v := range rows[i*n+k : i*n+k+panel] {
			to[i*panel+j] = -v
		}
	}
}
