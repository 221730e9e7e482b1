package gemm

import "fmt"

// Check reports in one line what is wrong with a plan's strides or the lengths of its operands, or nil. Run assumes
// that it is nil.
func Check[T Float](p Plan, c, a, b, bias []T) error {
	if p.M < 0 || p.N < 0 || p.K < 0 {
		return fmt.Errorf("gemm: sizes M %d, N %d, K %d: want none below 0", p.M, p.N, p.K)
	}
	if p.size != sizeof[T]() {
		return fmt.Errorf("gemm: plan is for elements of %d bytes, operands have %d", p.size, sizeof[T]())
	}
	aRows, aCols, bRows, bCols := p.M, p.K, p.K, p.N
	if p.TransA {
		aRows, aCols = aCols, aRows
	}
	if p.TransB {
		bRows, bCols = bCols, bRows
	}
	ldb := p.LDB
	if p.readB == prepared {
		bRows, bCols, ldb = 1, p.Prepared(), p.Prepared()
	}
	for _, m := range []struct {
		name           string
		rows, cols, ld int
		length         int
	}{
		{"A", aRows, aCols, p.LDA, len(a)},
		{"B", bRows, bCols, ldb, len(b)},
		{"C", p.M, p.N, p.LDC, len(c)},
	} {
		if m.ld < m.cols {
			return fmt.Errorf("gemm: leading dimension of %s is %d: want at least its row, %d", m.name, m.ld, m.cols)
		}
		if m.rows > 0 && m.cols > 0 && m.length < (m.rows-1)*m.ld+m.cols {
			return fmt.Errorf("gemm: %s has %d elements: want %d for %d×%d with leading dimension %d",
				m.name, m.length, (m.rows-1)*m.ld+m.cols, m.rows, m.cols, m.ld)
		}
	}
	if bias != nil && len(bias) < p.N {
		return fmt.Errorf("gemm: bias has %d elements: want one for each of %d columns", len(bias), p.N)
	}
	return nil
}

// MatMul computes C = op(A)·op(B), contiguous, C m×n and op(A) m×k, on the caller's goroutine, with memory of its own.
func MatMul[T Float](m, n, k int, ta, tb bool, c, a, b []T) error {
	if m < 0 || n < 0 || k < 0 {
		return Check(Plan{M: m, N: n, K: k}, c, a, b, nil)
	}
	p := New[T](m, n, k, ta, tb)
	if err := Check(p, c, a, b, nil); err != nil {
		return err
	}
	scratch, local := make([]T, p.Scratch()), make([]T, p.Local())
	for phase, tasks := range p.Phases() {
		for t := range tasks {
			Run(p, phase, t, c, a, b, nil, scratch, local)
		}
	}
	return nil
}
