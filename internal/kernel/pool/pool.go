package pool

// Float lists the element types that have kernels.
type Float interface{ float32 | float64 }

// Shape is N planes of size In that become N planes of size Out: output o looks at positions o·Stride + r·Dilation − Pad
// for r in Window, of which those out of bounds are padding. N counts planes: batch times channels. A dimension that is
// not used has size, window, stride and dilation 1 and padding 0. Planes have fewer than 2³¹ elements.
type Shape struct {
	N                                      int
	In, Window, Out, Stride, Dilation, Pad [3]int
}

func volume(v [3]int) int { return v[0] * v[1] * v[2] }

// clip is what of output o's window is in bounds along dimension d: n positions from first on, Dilation apart.
func (s *Shape) clip(d, o int) (first, n int) {
	first, n = o*s.Stride[d]-s.Pad[d], s.Window[d]
	dilation := s.Dilation[d]
	if first < 0 {
		skip := (-first + dilation - 1) / dilation
		first, n = first+skip*dilation, n-skip
	}
	return first, max(0, min(n, (s.In[d]-first+dilation-1)/dilation))
}

// reach is the range of outputs along dimension d of which tap r is in bounds.
func (s *Shape) reach(d, r int) (lo, hi int) {
	off, stride := s.Pad[d]-r*s.Dilation[d], s.Stride[d]
	if off > 0 {
		lo = (off + stride - 1) / stride
	}
	if end := s.In[d] + off; end > 0 {
		hi = (end + stride - 1) / stride
	}
	return lo, max(lo, min(hi, s.Out[d]))
}

// A window is what is in bounds of an output's window: n positions in each dimension, step apart, from a flat one on.
// If that is nothing, n is 0 in each.
type window struct {
	at      int
	n, step [3]int
}

func (w *window) row(i, j int) int { return w.at + i*w.step[0] + j*w.step[1] }

// windows calls do with every output of a plane and its window, in order.
func (s *Shape) windows(do func(o int, w window)) {
	var w window
	pitch := [3]int{s.In[1] * s.In[2], s.In[2], 1}
	for d := range w.step {
		w.step[d] = s.Dilation[d] * pitch[d]
	}
	var at, n [3]int
	o := 0
	for i := range s.Out[0] {
		at[0], n[0] = s.clip(0, i)
		for j := range s.Out[1] {
			at[1], n[1] = s.clip(1, j)
			for k := range s.Out[2] {
				at[2], n[2] = s.clip(2, k)
				w.at = at[0]*pitch[0] + at[1]*pitch[1] + at[2]
				w.n = n
				if volume(n) == 0 {
					w.n = [3]int{}
				}
				do(o, w)
				o++
			}
		}
	}
}

// lanes is the length from which on rows of outputs are worth taking whole.
const lanes = 8

// chunk is as many outputs of a row as are taken at once.
const chunk = 256

// taps calls do with every tap that row r of outputs meets in columns k to k+n, in order: columns k+lo to k+hi meet it,
// the first at position from of the plane.
func (s *Shape) taps(r, k, n int, do func(lo, hi, from int)) {
	at0, n0 := s.clip(0, r/s.Out[1])
	at1, n1 := s.clip(1, r%s.Out[1])
	for i := range n0 {
		for j := range n1 {
			row := ((at0+i*s.Dilation[0])*s.In[1] + at1 + j*s.Dilation[1]) * s.In[2]
			for t := range s.Window[2] {
				lo, hi := s.reach(2, t)
				lo, hi = max(lo, k), min(hi, k+n)
				if lo < hi {
					do(lo-k, hi-k, row+lo*s.Stride[2]+t*s.Dilation[2]-s.Pad[2])
				}
			}
		}
	}
}

// halves reports windows of 2×2 with stride 2 that lie inside.
func (s *Shape) halves() bool {
	return s.Window == [3]int{1, 2, 2} && s.Stride == [3]int{1, 2, 2} && s.Dilation == [3]int{1, 1, 1} &&
		s.Pad == [3]int{} && s.In[0] == s.Out[0] && 2*s.Out[1] <= s.In[1] && 2*s.Out[2] <= s.In[2]
}
