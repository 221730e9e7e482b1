package linalg

// LU writes the factors of the n × n matrix a, rows exchanged so that the largest element of a column is the pivot (Golub & Van Loan, section
// 3.4): the upper one, and below the diagonal the lower one, whose diagonal is ones. Row i of their product is row perm[i] of a. A zero
// pivot stays where it is. local is as long as LocalLU says.
func LU[T Float](lu []T, perm []int32, a, local []T, n int) {
	copy(lu, a[:n*n])
	for i := range n {
		perm[i] = int32(i)
	}
	for k := 0; k < n; k += panel {
		to := k + panel
		if n < large {
			to = n
		}
		to = min(to, n)
		eliminate(lu, perm, k, to, n)
		if to == n {
			return
		}
		for i := k; i < to; i++ { // the rows beside the panel
			for j := k; j < i; j++ {
				sub(lu[i*n+to:(i+1)*n], lu[j*n+to:(j+1)*n], lu[i*n+j])
			}
		}
		m := n - to
		left := local[:m*panel]
		minus(left, lu[to*n:], k, n)
		run(update[T](m, n), lu[to*n+to:], left, lu[k*n+to:], local[m*panel:])
	}
}

// eliminate factorises the panel of columns from lo to hi, from row lo on; rows are exchanged as a whole.
func eliminate[T Float](lu []T, perm []int32, lo, hi, n int) {
	for k := lo; k < hi; k++ {
		p, most := k, abs(lu[k*n+k])
		for i := k + 1; i < n; i++ {
			if v := abs(lu[i*n+k]); v > most {
				p, most = i, v
			}
		}
		top := lu[k*n : (k+1)*n]
		if p != k {
			perm[p], perm[k] = perm[k], perm[p]
			for j, v := range lu[p*n : (p+1)*n] {
				lu[p*n+j], top[j] = top[j], v
			}
		}
		if most == 0 {
			continue
		}
		for i := k + 1; i < n; i++ {
			m := lu[i*n+k] / top[k]
			lu[i*n+k] = m
			sub(lu[i*n+k+1:i*n+hi], top[k+1:hi], m)
		}
	}
}

// SolveLU writes the solution x of a·x = b, or of aᵀ·x = b, by the factors of a, where b and x are n × k; local is n × k.
func SolveLU[T Float](x, lu []T, perm []int32, b, local []T, n, k int, transposed bool) {
	lower, upper := Triangle{Unit: true, Transposed: transposed}, Triangle{Upper: true, Transposed: transposed}
	if !transposed {
		for i, p := range perm[:n] {
			copy(x[i*k:(i+1)*k], b[int(p)*k:(int(p)+1)*k])
		}
		SolveTriangular(lower, x, lu, n, k)
		SolveTriangular(upper, x, lu, n, k)
		return
	}
	copy(local, b[:n*k])
	SolveTriangular(upper, local, lu, n, k)
	SolveTriangular(lower, local, lu, n, k)
	for i, p := range perm[:n] {
		copy(x[int(p)*k:(int(p)+1)*k], local[i*k:(i+1)*k])
	}
}

// Odd reports whether a permutation exchanges an odd number of pairs.
func Odd(perm []int32) (odd bool) {
	for i, p := range perm {
		for _, q := range perm[:i] {
			odd = odd != (q > p)
		}
	}
	return odd
}

func abs[T Float](v T) T {
	if v < 0 {
		return -v
	}
	return v
}
