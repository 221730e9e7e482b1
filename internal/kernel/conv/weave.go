package conv

import "github.com/kedja-ml/kedja/internal/kernel/gemm"

// A stack is planes of rows: how far it is from a plane, and from a row, to the next. With integers of this size the compiler keeps it in
// registers, without which to copy small planes takes twice as long.
type stack[T gemm.Float] struct {
	data       []T
	plane, row int32
}

func stacked[T gemm.Float](data []T, plane, row int) stack[T] {
	return stack[T]{data, int32(plane), int32(row)}
}

// to checks that n elements of each row are there.
func (s stack[T]) to(planes, rows, n int) stack[T] {
	s.data = s.data[:(planes-1)*int(s.plane)+(rows-1)*int(s.row)+n]
	return s
}

// at is what begins so many elements later.
func (s stack[T]) at(i int) stack[T] {
	s.data = s.data[i:]
	return s
}

// line is the first elements of a row.
func (s stack[T]) line(plane, row, n int) []T {
	return s.data[plane*int(s.plane)+row*int(s.row):][:n]
}

// copyRows copies n elements of each row.
func copyRows[T gemm.Float](planes, rows, n int, src, dst stack[T]) {
	if planes <= 0 || rows <= 0 || n <= 0 {
		return
	}
	src, dst = src.to(planes, rows, n), dst.to(planes, rows, n)
	if !rowsAsm(planes, rows, n, src, dst) {
		copyRowsGo(planes, rows, n, src, dst)
	}
}

func copyRowsGo[T gemm.Float](planes, rows, n int, src, dst stack[T]) {
	for p := range planes {
		for r := range rows {
			copy(dst.line(p, r, n), src.line(p, r, n))
		}
	}
}

// halve copies n elements of each row, every other one of src.
func halve[T gemm.Float](planes, rows, n int, src, dst stack[T]) {
	if planes <= 0 || rows <= 0 || n <= 0 {
		return
	}
	src, dst = src.to(planes, rows, 2*n-1), dst.to(planes, rows, n)
	if !halveAsm(planes, rows, n, src, dst) {
		halveGo(planes, rows, n, src, dst)
	}
}

func halveGo[T gemm.Float](planes, rows, n int, src, dst stack[T]) {
	for p := range planes {
		for r := range rows {
			row, x := dst.line(p, r, n), src.line(p, r, 2*n-1)
			for i := range row {
				row[i] = x[2*i]
			}
		}
	}
}

// weave copies n elements of a and n of b in turns, in each row.
func weave[T gemm.Float](planes, rows, n int, a, b, dst stack[T]) {
	if planes <= 0 || rows <= 0 || n <= 0 {
		return
	}
	a, b, dst = a.to(planes, rows, n), b.to(planes, rows, n), dst.to(planes, rows, 2*n)
	if !weaveAsm(planes, rows, n, a, b, dst) {
		weaveGo(planes, rows, n, a, b, dst)
	}
}

func weaveGo[T gemm.Float](planes, rows, n int, a, b, dst stack[T]) {
	for p := range planes {
		for r := range rows {
			row, x, y := dst.line(p, r, 2*n), a.line(p, r, n), b.line(p, r, n)
			for i, v := range x {
				row[2*i], row[2*i+1] = v, y[i]
			}
		}
	}
}
