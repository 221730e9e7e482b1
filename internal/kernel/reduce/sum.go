package reduce

import "github.com/kedja-ml/kedja/internal/kernel/vec"

// A Number is what can be added up.
type Number interface {
	float32 | float64 | int32 | int64 | uint8
}

// Sum does one task of a phase of p: it writes to y the sums of x.
func Sum[T Number](p *Plan, phase, task int, y, x, scratch, local []T) {
	if p.len == 0 {
		copy(y, x)
		return
	}
	first, last := phase, phase
	if p.len > 3 && phase == 2 {
		last = p.len - 1
	}
	at := 0
	for i := range p.len {
		s := &p.passes[i]
		to := y
		if i < p.len-1 {
			to = scratch[at : at+s.results()]
			at += s.results()
		}
		if i >= first && i <= last {
			tasks := s.tasks()
			if first != last {
				tasks = 1
			}
			lo, hi := task*s.units()/tasks, (task+1)*s.units()/tasks
			if s.n == 2 && s.inner < narrow && s.chunks == 1 {
				pairs(to[lo*s.inner:hi*s.inner], x[2*lo*s.inner:2*hi*s.inner], s.inner)
				lo = hi
			}
			for u := lo; u < hi; u++ {
				unit(s, u, to, x, local)
			}
		}
		x = to
	}
}

// pairs adds up two short rows for each row of y, without a call for each, with the bits of row and joined: it is what an image made larger
// by repetition pulls back.
func pairs[T Number](y, x []T, inner int) {
	if inner == 1 {
		x = x[:2*len(y)]
		for i := range y {
			y[i] = (0 + x[2*i]) + (0 + x[2*i+1])
		}
		return
	}
	for ; len(y) > 0; y, x = y[inner:], x[2*inner:] {
		a, b := x[:inner], x[inner:2*inner]
		for i, v := range a {
			y[i] = v + b[i]
		}
	}
}

// unit adds up one chunk of one outer index, in one tile of columns.
func unit[T Number](s *pass, u int, y, x, local []T) {
	r, t := u/s.tiles, u%s.tiles
	o, c := r/s.chunks, r%s.chunks
	lo, hi := c*s.n/s.chunks, (c+1)*s.n/s.chunks
	from, n := (o*s.n+lo)*s.inner, hi-lo
	switch {
	case s.inner == 1:
		y[r] = row(x[from : from+n])
	case s.inner < narrow:
		joined(y[r*s.inner:(r+1)*s.inner], x[from:from+n*s.inner], n, local)
	default:
		j0, j1 := t*s.inner/s.tiles, (t+1)*s.inner/s.tiles
		columns(y[r*s.inner+j0:r*s.inner+j1], x[from+j0:], n, s.inner, local)
	}
}

// joined adds up n short rows: as many as make a row of the usual length are first seen as one.
func joined[T Number](y, x []T, n int, local []T) {
	w, m := len(y), 1
	for 2*m <= n && m*w < narrow {
		m *= 2
	}
	if m == 1 {
		columns(y, x, n, w, local)
		return
	}
	acc, rest := local[:m*w], x[n/m*m*w:]
	columns(acc, x, n/m, m*w, local[m*w:])
	add(acc[:len(rest)], rest)
	for m /= 2; m > 0; m /= 2 {
		add(acc[:m*w], acc[m*w:2*m*w])
	}
	copy(y, acc)
}

// leaf is how many rows are added one after the other at the leaves of the tree.
const leaf = 8

// columns writes to y the sums of n rows of x, which begin the given number of elements apart: leaves are added up like the
// digits of a binary counter, so that each partial sum meets another one of its size.
func columns[T Number](y, x []T, n, apart int, stack []T) {
	if n == 0 {
		clear(y)
		return
	}
	w := len(y)
	slot := func(i int) []T { // the lowest partial sum lies in the result
		if i == 0 {
			return y
		}
		return stack[(i-1)*w : i*w]
	}
	top := 0
	for r := 0; r < n; r += leaf {
		acc := slot(top)
		copy(acc, x[r*apart:r*apart+w])
		for k := r + 1; k < min(n, r+leaf); k++ {
			add(acc, x[k*apart:k*apart+w])
		}
		top++
		for leaves := r/leaf + 1; leaves%2 == 0; leaves /= 2 {
			top--
			add(slot(top-1), slot(top))
		}
	}
	for ; top > 1; top-- {
		add(slot(top-2), slot(top-1))
	}
}

// block is how many elements vec.Sum is trusted with: eight for each of its 32 or 16 partial sums.
const block = 256

// row adds up x.
func row[T Number](x []T) T {
	if len(x) > block {
		half := (len(x)/block + 1) / 2 * block
		return row(x[:half]) + row(x[half:])
	}
	if len(x) >= 16 {
		switch x := any(x).(type) {
		case []float32:
			return T(vec.Sum(x))
		case []float64:
			return T(vec.Sum(x))
		}
	}
	var a, b T
	for len(x) >= 2 {
		a += x[0]
		b += x[1]
		x = x[2:]
	}
	for _, v := range x {
		a += v
	}
	return a + b
}

func add[T Number](dst, x []T) {
	switch d := any(dst).(type) {
	case []float32:
		vec.AddTo(d, any(x).([]float32))
	case []float64:
		vec.AddTo(d, any(x).([]float64))
	default:
		for i, v := range x {
			dst[i] += v
		}
	}
}
