package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// copyRows copies n elements in each of a number of rows; from and to lead from a row to the next.
func copyRows[T gemm.Float](rows, n int, src []T, from int, dst []T, to int) {
	if rows <= 0 || n <= 0 {
		return
	}
	src, dst = src[:(rows-1)*from+n], dst[:(rows-1)*to+n]
	if !rowsAsm(rows, n, src, from, dst, to) {
		copyRowsGo(rows, n, src, from, dst, to)
	}
}

func copyRowsGo[T gemm.Float](rows, n int, src []T, from int, dst []T, to int) {
	for r := range rows {
		copy(dst[r*to:][:n], src[r*from:])
	}
}

// halve copies n elements, every other one of src, in each of a number of rows.
func halve[T gemm.Float](rows, n int, src []T, from int, dst []T, to int) {
	if rows <= 0 || n <= 0 {
		return
	}
	src, dst = src[:(rows-1)*from+2*n-1], dst[:(rows-1)*to+n]
	if !halveAsm(rows, n, src, from, dst, to) {
		halveGo(rows, n, src, from, dst, to)
	}
}

func halveGo[T gemm.Float](rows, n int, src []T, from int, dst []T, to int) {
	for r := range rows {
		row, x := dst[r*to:][:n], src[r*from:]
		for i := range row {
			row[i] = x[2*i]
		}
	}
}

// weave copies n elements of a and n of b in turns, in each of a number of rows.
func weave[T gemm.Float](rows, n int, a []T, nexta int, b []T, nextb int, dst []T, to int) {
	if rows <= 0 || n <= 0 {
		return
	}
	a, b, dst = a[:(rows-1)*nexta+n], b[:(rows-1)*nextb+n], dst[:(rows-1)*to+2*n]
	if !weaveAsm(rows, n, a, nexta, b, nextb, dst, to) {
		weaveGo(rows, n, a, nexta, b, nextb, dst, to)
	}
}

func weaveGo[T gemm.Float](rows, n int, a []T, nexta int, b []T, nextb int, dst []T, to int) {
	for r := range rows {
		row, y := dst[r*to:][:2*n], b[r*nextb:]
		for i, v := range a[r*nexta:][:n] {
			row[2*i], row[2*i+1] = v, y[i]
		}
	}
}
