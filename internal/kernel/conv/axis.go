package conv

// An axis is one dimension of a correlation: output j is the sum over taps t of source[j·step + off + t·delta] times
// filter[tap + t·tapStep], and lies at start + j·stride of the result.
type axis struct {
	source, outputs  int
	step, off, delta int
	tap, tapStep     int
	taps             int
	result           int
	start, stride    int
}

// reach is the range [lo, hi) of source positions that outputs j0 to j1 meet, in or out of bounds; taps > 0, j0 < j1.
func (a axis) reach(j0, j1 int) (lo, hi int) {
	far := a.off + (a.taps-1)*a.delta
	return j0*a.step + min(a.off, far), (j1-1)*a.step + max(a.off, far) + 1
}

// A correlation is the form that the forward pass has, and each class of positions of the backward pass to the data.
type correlation [3]axis

func (c correlation) outputs() int { return c[0].outputs * c[1].outputs * c[2].outputs }
func (c correlation) taps() int    { return c[0].taps * c[1].taps * c[2].taps }

// forward is the correlation that gives y.
func (s Shape) forward() (c correlation) {
	for d := range c {
		c[d] = axis{
			source: s.In[d], outputs: s.Out[d], step: s.Stride[d], off: -s.Pad[d], delta: s.Dilation[d],
			tapStep: 1, taps: s.Filter[d], result: s.Out[d], stride: 1,
		}
	}
	return c
}

// classes is the number of correlations of a data role.
func (s Shape) classes(r Role) int {
	if r == Y {
		return 1
	}
	return volume(s.Stride)
}

// class is the i-th correlation of a data role: forward for y; for x, the positions with remainders i of the stride.
func (s Shape) class(r Role, i int) (c correlation) {
	if r == Y {
		return s.forward()
	}
	at := split(i, s.Stride)
	for d := range c {
		c[d] = s.backward(d, at[d])
	}
	return c
}

// backward is the axis of the positions start + j·stride of x. A tap r meets them where start + pad − r·dilation is a
// multiple of the stride; such taps are stride/gcd(stride, dilation) apart, if there are any.
func (s Shape) backward(d, start int) axis {
	stride, dilation := s.Stride[d], s.Dilation[d]
	a := axis{
		source: s.Out[d], outputs: (s.In[d] - start + stride - 1) / stride, step: 1,
		result: s.In[d], start: start, stride: stride,
	}
	a.outputs = max(0, a.outputs)
	g := gcd(stride, dilation)
	a.tapStep, a.delta = stride/g, -dilation/g
	for r := range min(a.tapStep, s.Filter[d]) {
		if at := start + s.Pad[d] - r*dilation; at%stride == 0 {
			a.tap, a.off = r, at/stride
			a.taps = (s.Filter[d] - r + a.tapStep - 1) / a.tapStep
			break
		}
	}
	return a
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
