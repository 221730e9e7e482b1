package conv

// Role says which tensor of the form is produced from the other two.
type Role uint8

// The roles: the gradient to the data (or the transposed convolution), the gradient to the filter, and forward.
const (
	X Role = iota
	W
	Y
)

// Shape has the sizes of a convolution: x is [N, C, In...], w is [K, C/Groups, Filter...], y is [N, K, Out...]. C and K
// count the channels of all groups. A dimension that is not used has size, filter, stride and dilation 1 and padding 0.
// Pad leads; how much trails follows from In and Out. All but N, C, K and sizes are positive; Pad may have any value.
type Shape struct {
	N, C, K, Groups                        int
	In, Filter, Out, Stride, Dilation, Pad [3]int
}

// Work says how a role is cut: Run is called once for each task, phase after phase.
type Work struct {
	Phases  [3]int // tasks of each phase; 0 skips it
	Scratch int    // elements shared by all tasks
	Local   int    // elements of its own for whoever runs a task; the contents do not last
}

// Work depends on shapes and the machine's instruction set only; elemSize is 4 or 8.
func (s Shape) Work(r Role, elemSize int) Work {
	s = s.merged()
	if r == W {
		if s.deep() {
			d := newDepthCut(s, elemSize)
			return d.work()
		}
		f := newFilterCut(s, elemSize)
		return f.work()
	}
	if s.pointwise(r) {
		d := newPointwiseCut(s, r, elemSize)
		return d.work()
	}
	if s.narrow(r, elemSize) {
		d := newNarrowCut(s, r, elemSize)
		return d.work()
	}
	d := newDataCut(s, r, elemSize)
	return d.work()
}

// channels returns the input and output channels of a group.
func (s Shape) channels() (c, k int) { return s.C / s.Groups, s.K / s.Groups }

func volume(v [3]int) int { return v[0] * v[1] * v[2] }

// flops counts a multiply-add as two; positions outside x count too.
func (s Shape) flops() float64 {
	c, _ := s.channels()
	return 2 * float64(s.N) * float64(s.K) * float64(c) * float64(volume(s.Filter)) * float64(volume(s.Out))
}

// merged makes rows longer: a dimension through which the filter passes point by point joins the one before, so that
// a 1×1 convolution sees one long row, and a convolution over fewer dimensions ends in the last one.
func (s Shape) merged() Shape {
	for d := 2; d > 0; d-- {
		plain := s.Filter[2] == 1 && s.Stride[2] == 1 && s.Pad[2] == 0 && s.In[2] == s.Out[2]
		if !plain || s.Stride[1] != 1 && s.In[2] != 1 {
			return s
		}
		w := s.In[2]
		s.In = [3]int{1, s.In[0], s.In[1] * w}
		s.Out = [3]int{1, s.Out[0], s.Out[1] * w}
		s.Filter = [3]int{1, s.Filter[0], s.Filter[1]}
		s.Stride = [3]int{1, s.Stride[0], s.Stride[1]}
		s.Dilation = [3]int{1, s.Dilation[0], s.Dilation[1] * w}
		s.Pad = [3]int{0, s.Pad[0], s.Pad[1] * w}
	}
	return s
}
