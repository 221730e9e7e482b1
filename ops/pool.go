package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/pool"
)

// Pooling are the attributes of MaxPool and AvgPool. A list has one number for each spatial dimension, or one for all; nil means
// the default.
type Pooling struct {
	Window   []int
	Stride   []int // the window
	Dilation []int // 1
	Pad      []int // before each dimension, and after it too unless PadAfter says else; 0
	PadAfter []int
	Same     bool // instead of Pad: as in Convolution
	// SkipPadding makes AvgPool divide by the number of elements that are not padding.
	SkipPadding bool
}

// windows is how windows lie in the last three dimensions, and the shape of the result.
type windows struct {
	Window, Stride, Dilation, Pad [3]int
	Spatial                       int // dimensions in use
	To                            graph.Shape
}

func (a Pooling) windows(x graph.Shape) (o windows, err error) {
	d := x.Rank() - 2
	if d < 1 || d > 3 {
		return o, fmt.Errorf("want [N, C, …] with one to three spatial dimensions")
	}
	o.Spatial = d
	if len(a.Window) == 0 {
		return o, fmt.Errorf("want a window")
	}
	if o.Window, err = spatial(a.Window, d, 1, "window"); err != nil {
		return o, err
	}
	if a.Same && (a.Pad != nil || a.PadAfter != nil) {
		return o, fmt.Errorf("want either Same or a pad, not both")
	}
	if a.Stride == nil {
		a.Stride = a.Window
	}
	if o.Stride, err = spatial(a.Stride, d, 1, "stride"); err != nil {
		return o, err
	}
	if o.Dilation, err = spatial(a.Dilation, d, 1, "dilation"); err != nil {
		return o, err
	}
	if o.Pad, err = spatial(a.Pad, d, 0, "pad"); err != nil {
		return o, err
	}
	after := o.Pad
	if a.PadAfter != nil {
		if after, err = spatial(a.PadAfter, d, 0, "pad"); err != nil {
			return o, err
		}
	}
	y := []int{x.Dim(0), x.Dim(1)}
	for i := range d {
		k, n := 3-d+i, x.Dim(2+i)
		reach := (o.Window[k]-1)*o.Dilation[k] + 1
		out := positions(n, o.Pad[k]+after[k], reach, o.Stride[k])
		if a.Same {
			o.Pad[k], out = same(n, reach, o.Stride[k])
		} else if out == 0 {
			return o, fmt.Errorf("a window of size %d with padding %d and %d does not fit size %d", o.Window[k], o.Pad[k], after[k], n)
		}
		if j := o.blind(k, n, out); j >= 0 {
			return o, fmt.Errorf("window %d of size %d sees nothing but padding: %d and %d around size %d", j, o.Window[k], o.Pad[k], after[k], n)
		}
		y = append(y, out)
	}
	o.To = graph.Of(y...)
	return o, nil
}

// check says what is wrong with windows that go from arrays of shape x to those of shape y.
func (o windows) check(x, y graph.Shape) error {
	if d := o.Spatial; d < 1 || d > 3 || x.Rank() != d+2 || y.Rank() != d+2 || x.Cut(0, 2) != y.Cut(0, 2) {
		return fmt.Errorf("want [N, C, …] with %d spatial dimensions, not %v and %v", d, x, y)
	}
	for k := range 3 {
		w, s, d, p := o.Window[k], o.Stride[k], o.Dilation[k], o.Pad[k]
		i := k - 3 + o.Spatial
		if i < 0 && (w != 1 || s != 1 || d != 1 || p != 0) || min(w, s, d) < 1 || p < 0 || max(w, s, d, p) > farthest {
			return fmt.Errorf("windows %v, strides %v, dilations %v and pads %v do not fit %v", o.Window, o.Stride, o.Dilation, o.Pad, x)
		}
		if i >= 0 && y.Size() > 0 && (y.Dim(2+i) > farthest || w*max(1, y.Dim(2+i)) > 64*farthest || o.blind(k, x.Dim(2+i), y.Dim(2+i)) >= 0) {
			return fmt.Errorf("windows of %d by steps of %d from −%d on do not lead from %v to %v", w, s, p, x, y)
		}
	}
	return nil
}

// blind is the first window along dimension k that sees none of n elements, −1 if there is none such.
func (o windows) blind(k, n, out int) int {
	for j := range out {
		seen := false
		for r := range o.Window[k] {
			at := j*o.Stride[k] + r*o.Dilation[k] - o.Pad[k]
			seen = seen || at >= 0 && at < n
		}
		if !seen {
			return j
		}
	}
	return -1
}

// shape is the pooling of x to y as the kernel takes it.
func (o windows) shape(x, y graph.Shape) pool.Shape {
	s := pool.Shape{
		N: x.Dim(0) * x.Dim(1), In: [3]int{1, 1, 1}, Out: [3]int{1, 1, 1},
		Window: o.Window, Stride: o.Stride, Dilation: o.Dilation, Pad: o.Pad,
	}
	for i := range o.Spatial {
		s.In[3-o.Spatial+i], s.Out[3-o.Spatial+i] = x.Dim(2+i), y.Dim(2+i)
	}
	return s
}

// planes is the work of a kernel that treats each plane of its operand alone.
func (o windows) planes(x graph.Shape) graph.Work {
	n := x.Dim(0) * x.Dim(1)
	return graph.Work{Phases: [3]int{share(n, max(x.Size(), o.To.Size()*o.Window[0]*o.Window[1]*o.Window[2])/max(1, n))}}
}

// foldImages applies an op to rows folded into the first axis: f makes it, for a result of the shape it is given.
func foldImages(f func(to graph.Shape) graph.Op, results int, to graph.Shape, in []*graph.Node, mapped []bool) []*graph.Node {
	in = Align(in, mapped)
	b := in[0].Shape().Dim(0)
	args := make([]*graph.Node, len(in))
	for i, x := range in {
		args[i] = fold(x)
	}
	ys := make([]*graph.Node, results)
	for i, y := range graph.ApplyN(f(to.WithDim(0, b*to.Dim(0))), results, args...) {
		ys[i] = ReshapeTo(y, to.Lead(b))
	}
	return ys
}

// fold joins the first two axes.
func fold(x *graph.Node) *graph.Node {
	s := x.Shape()
	return ReshapeTo(x, graph.Of(s.Dim(0)*s.Dim(1)).Append(s.Cut(2, s.Rank())))
}
