package pool

// AvgForward stores the mean of each window in y. Padding counts as zeros if padded, otherwise it does not count; then
// a window of nothing but padding gives 0.
func AvgForward[T Float](s Shape, lo, hi int, y, x []T, padded bool) {
	in, out := volume(s.In), volume(s.Out)
	halves := s.halves()
	for n := lo; n < hi; n++ {
		to, from := y[n*out:][:out], x[n*in:][:in]
		switch {
		case halves:
			avgHalves(&s, to, from)
		case s.Out[2] >= lanes:
			avgRows(&s, to, from, padded)
		default:
			s.windows(func(o int, w window) {
				var sum T
				for i := range w.n[0] {
					for j := range w.n[1] {
						sum += sumRow(from[w.row(i, j):], w.n[2], w.step[2])
					}
				}
				to[o] = sum / T(s.count(w.n, padded))
			})
		}
	}
}

// AvgBackward gives the gradient dx of AvgForward's x from the gradient dy of its result; it is its transpose.
func AvgBackward[T Float](s Shape, lo, hi int, dx, dy []T, padded bool) {
	in, out := volume(s.In), volume(s.Out)
	halves := s.halves()
	for n := lo; n < hi; n++ {
		to, from := dx[n*in:][:in], dy[n*out:][:out]
		clear(to)
		switch {
		case halves:
			spreadHalves(&s, to, from)
		case s.Out[2] >= lanes:
			spreadRows(&s, to, from, padded)
		default:
			s.windows(func(o int, w window) {
				g := from[o] / T(s.count(w.n, padded))
				for i := range w.n[0] {
					for j := range w.n[1] {
						spreadRow(to[w.row(i, j):], w.n[2], w.step[2], g)
					}
				}
			})
		}
	}
}

// count is the number of positions in the mean of a window of which n are in bounds in each dimension, at least 1.
func (s *Shape) count(n [3]int, padded bool) int {
	if padded {
		return volume(s.Window)
	}
	return max(1, volume(n))
}

// sumRow sums a row of a window on its own, which is more accurate in large windows than one long sum.
func sumRow[T Float](x []T, n, step int) (sum T) {
	if n == 0 {
		return 0
	}
	x = x[:(n-1)*step+1]
	for i := 0; i < len(x); i += step {
		sum += x[i]
	}
	return sum
}

func spreadRow[T Float](x []T, n, step int, g T) {
	for i := range n {
		x[i*step] += g
	}
}

// avgRows takes one row of outputs after the other, tap by tap.
func avgRows[T Float](s *Shape, y, x []T, padded bool) {
	for r := range s.Out[0] * s.Out[1] {
		for k := 0; k < s.Out[2]; k += chunk {
			row := y[r*s.Out[2]+k:][:min(chunk, s.Out[2]-k)]
			clear(row)
			s.taps(r, k, len(row), func(lo, hi, from int) {
				to := row[lo:hi]
				if s.Stride[2] == 1 {
					for j, v := range x[from:][:len(to)] {
						to[j] += v
					}
					return
				}
				for j := range to {
					to[j] += x[from]
					from += s.Stride[2]
				}
			})
			divide(s, row, row, r, k, padded)
		}
	}
}

// spreadRows is the transpose of avgRows.
func spreadRows[T Float](s *Shape, dx, dy []T, padded bool) {
	var own [chunk]T
	for r := range s.Out[0] * s.Out[1] {
		for k := 0; k < s.Out[2]; k += chunk {
			row := dy[r*s.Out[2]+k:][:min(chunk, s.Out[2]-k)]
			share := own[:len(row)]
			divide(s, share, row, r, k, padded)
			s.taps(r, k, len(row), func(lo, hi, from int) {
				if s.Stride[2] == 1 {
					to := dx[from:][:hi-lo]
					for j, v := range share[lo:hi] {
						to[j] += v
					}
					return
				}
				for _, v := range share[lo:hi] {
					dx[from] += v
					from += s.Stride[2]
				}
			})
		}
	}
}

// divide divides columns of row r of outputs, from k on, by their counts.
func divide[T Float](s *Shape, to, from []T, r, k int, padded bool) {
	var n [3]int
	_, n[0] = s.clip(0, r/s.Out[1])
	_, n[1] = s.clip(1, r%s.Out[1])
	for j, v := range from {
		if !padded {
			_, n[2] = s.clip(2, k+j)
		}
		to[j] = v / T(s.count(n, padded))
	}
}

// avgHalves is for windows of 2×2 with stride 2.
func avgHalves[T Float](s *Shape, y, x []T) {
	width := s.Out[2]
	for r := range s.Out[0] * s.Out[1] {
		from := (r/s.Out[1]*s.In[1] + r%s.Out[1]*2) * s.In[2]
		a, b := x[from:][:2*width], x[from+s.In[2]:][:2*width]
		for j := range y[r*width:][:width] {
			y[r*width+j] = (a[2*j] + a[2*j+1] + b[2*j] + b[2*j+1]) / 4
		}
	}
}

// spreadHalves is the transpose of avgHalves.
func spreadHalves[T Float](s *Shape, dx, dy []T) {
	width := s.Out[2]
	for r := range s.Out[0] * s.Out[1] {
		from := (r/s.Out[1]*s.In[1] + r%s.Out[1]*2) * s.In[2]
		a, b := dx[from:][:2*width], dx[from+s.In[2]:][:2*width]
		for j, g := range dy[r*width:][:width] {
			g /= 4
			a[2*j], a[2*j+1], b[2*j], b[2*j+1] = g, g, g, g
		}
	}
}
