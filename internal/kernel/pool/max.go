package pool

import "math"

// MaxForward stores the largest element of each window in y and its flat position in the plane in index, which may be
// nil: NaN is larger than any number, the first of equals wins, and padding is never looked at. A window of nothing but
// padding gives −∞ and position 0; callers refuse it.
func MaxForward[T Float](s Shape, lo, hi int, y []T, index []int32, x []T) {
	in, out := volume(s.In), volume(s.Out)
	halves := s.halves()
	for n := lo; n < hi; n++ {
		ys, xs := y[n*out:][:out], x[n*in:][:in]
		var at []int32
		if index != nil {
			at = index[n*out:][:out]
		}
		switch {
		case halves:
			maxHalves(&s, ys, at, xs)
		case s.Out[2] >= lanes:
			maxRows(&s, ys, at, xs)
		default:
			maxWindows(&s, ys, at, xs)
		}
	}
}

// MaxBackward gives the gradient dx of MaxForward's x from the gradient dy of its result and the positions.
func MaxBackward[T Float](s Shape, lo, hi int, dx, dy []T, index []int32) {
	in, out := volume(s.In), volume(s.Out)
	for n := lo; n < hi; n++ {
		d, g := dx[n*in:][:in], dy[n*out:][:out]
		clear(d)
		for i, at := range index[n*out:][:len(g)] {
			d[at] += g[i]
		}
	}
}

// Gather stores in y the elements of x at the positions that MaxForward gave; it is the transpose of MaxBackward.
func Gather[T Float](s Shape, lo, hi int, y, x []T, index []int32) {
	in, out := volume(s.In), volume(s.Out)
	for n := lo; n < hi; n++ {
		from, to := x[n*in:][:in], y[n*out:][:out]
		for i, at := range index[n*out:][:len(to)] {
			to[i] = from[at]
		}
	}
}

// above is the order of MaxForward.
func above[T Float](v, best T) bool { return v > best || v != v && best == best }

// maxWindows takes one output after the other.
func maxWindows[T Float](s *Shape, y []T, index []int32, x []T) {
	s.windows(func(o int, w window) {
		best, at := T(math.Inf(-1)), -1
		for i := range w.n[0] {
			for j := range w.n[1] {
				p := w.row(i, j)
				for range w.n[2] {
					if v := x[p]; at < 0 || above(v, best) {
						best, at = v, p
					}
					p += w.step[2]
				}
			}
		}
		y[o] = best
		if index != nil {
			index[o] = int32(max(0, at))
		}
	})
}

// maxRows takes one row of outputs after the other, tap by tap.
func maxRows[T Float](s *Shape, y []T, index []int32, x []T) {
	var own [chunk]int32
	for r := range s.Out[0] * s.Out[1] {
		for k := 0; k < s.Out[2]; k += chunk {
			best := y[r*s.Out[2]+k:][:min(chunk, s.Out[2]-k)]
			at := own[:len(best)]
			if index != nil {
				at = index[r*s.Out[2]+k:][:len(best)]
			}
			for j := range best {
				best[j], at[j] = T(math.Inf(-1)), -1
			}
			s.taps(r, k, len(best), func(lo, hi, from int) {
				raise(best[lo:hi], at[lo:hi], x[from:], s.Stride[2], from)
			})
			for j := range at {
				at[j] = max(0, at[j])
			}
		}
	}
}

// raise replaces best[j], at position index[j], where x[j·step], at position from + j·step, is above it, or where
// index[j] is negative.
func raise[T Float](best []T, index []int32, x []T, step, from int) {
	index = index[:len(best)]
	if n := raiseAsm(best, index, x, step, from); n < len(best) {
		raiseGo(best[n:], index[n:], x[n*step:], step, from+n*step)
	}
}

func raiseGo[T Float](best []T, index []int32, x []T, step, from int) {
	for j := range best {
		if v := x[j*step]; index[j] < 0 || above(v, best[j]) {
			best[j], index[j] = v, int32(from+j*step)
		}
	}
}

// span is as many outputs as one call of assembly does, so that it lasts microseconds.
const span = 4096

// maxHalves is for windows of 2×2 with stride 2.
func maxHalves[T Float](s *Shape, y []T, index []int32, x []T) {
	width := s.Out[2]
	if width < lanes {
		maxNarrow(s, y, index, x)
		return
	}
	for r := range s.Out[0] * s.Out[1] {
		from := s.above(r)
		for k := 0; k < width; k += span {
			row := y[r*width+k:][:min(span, width-k)]
			var at []int32
			if index != nil {
				at = index[r*width+k:][:len(row)]
			}
			a, b := x[from+2*k:][:2*len(row)], x[from+2*k+s.In[2]:][:2*len(row)]
			if !halveAsm(row, at, a, b, from+2*k, s.In[2]) {
				halveGo(row, at, a, b, from+2*k, s.In[2])
			}
		}
	}
}

// maxNarrow is maxHalves for rows that are too short for vectors: it packs several of them into one.
func maxNarrow[T Float](s *Shape, y []T, index []int32, x []T) {
	const room = 64
	var a, b [2 * room]T
	width, rows := s.Out[2], s.Out[0]*s.Out[1]
	most := room / max(1, width)
	for r := 0; r < rows; r += most {
		n := min(most, rows-r)
		for k := range n {
			from := s.above(r + k)
			copy(a[2*k*width:2*(k+1)*width], x[from:])
			copy(b[2*k*width:2*(k+1)*width], x[from+s.In[2]:])
		}
		row := y[r*width:][:n*width]
		var at []int32
		if index != nil {
			at = index[r*width:][:len(row)]
		}
		if !halveAsm(row, at, a[:2*len(row)], b[:2*len(row)], 0, s.In[2]) {
			halveGo(row, at, a[:2*len(row)], b[:2*len(row)], 0, s.In[2])
		}
		for k := range n {
			gap := int32(s.above(r+k) - 2*k*width) // between where the row was and where it was packed
			if index != nil {
				for j := range width {
					at[k*width+j] += gap
				}
			}
		}
	}
}

// above is where the upper row of x begins that output row r of maxHalves looks at.
func (s *Shape) above(r int) int { return (r/s.Out[1]*s.In[1] + r%s.Out[1]*2) * s.In[2] }

// halveGo takes one row of outputs from rows a and b, which begin at position from and pitch further.
func halveGo[T Float](y []T, index []int32, a, b []T, from, pitch int) {
	for j := range y {
		best, at := a[2*j], from+2*j
		if v := a[2*j+1]; above(v, best) {
			best, at = v, from+2*j+1
		}
		if v := b[2*j]; above(v, best) {
			best, at = v, from+2*j+pitch
		}
		if v := b[2*j+1]; above(v, best) {
			best, at = v, from+2*j+pitch+1
		}
		y[j] = best
		if index != nil {
			index[j] = int32(at)
		}
	}
}
