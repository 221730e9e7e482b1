package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
	"github.com/kedja-ml/kedja/internal/kernel/conv"
)

// Conv correlates x with filters w, over one to three spatial dimensions.
//
//	x [N, C, spatial…]    w [K, C/Groups, window…]    y [N, K, spatial…]
//	y[n, k, o] = Σ over c, r of x[n, c, o·stride + r·dilation − pad]·w[k, c, r]
//
// x, w and y enter one trilinear form Σ x·w·y: each gradient is that form solved for another of them. Outside its bounds x is 0.
// Spatial sizes become ⌊(size + pads − (window − 1)·dilation − 1)/stride⌋ + 1. Operands are floats of one dtype. An image's bits do
// not depend on the batch it came in.
func Conv(x, w *graph.Node, a Convolution) *graph.Node {
	if !x.Valid() || !w.Valid() {
		return graph.Apply(convolution{}, x, w)
	}
	o, err := a.forward(x.Shape(), w.Shape())
	if err != nil {
		return x.Graph().Failf("conv: %s %v · %s %v: %w", x.Called(), x.Shape(), w.Called(), w.Shape(), err)
	}
	return graph.Apply(o, x, w)
}

// forward is the op that produces y.
func (a Convolution) forward(x, w graph.Shape) (convolution, error) {
	o, after, err := a.op(roleY, x, w)
	if err != nil {
		return o, err
	}
	d := x.Rank() - 2
	y := []int{x.Dim(0), w.Dim(0)}
	for i := range d {
		k, n := 3-d+i, x.Dim(2+i)
		reach := (w.Dim(2+i)-1)*o.Dilation[k] + 1
		out := positions(n, o.Pad[k]+after[k], reach, o.Stride[k])
		if a.Same {
			o.Pad[k], out = same(n, reach, o.Stride[k])
		} else if out == 0 {
			return o, fmt.Errorf("a filter of size %d does not fit size %d with padding", w.Dim(2+i), n)
		}
		y = append(y, out)
	}
	o.To = graph.Of(y...)
	return o, o.check([3]graph.Shape{x, w, o.To})
}

// check says what keeps channels and groups from fitting.
func (o convolution) check(t [3]graph.Shape) error {
	x, w, y := t[roleX], t[roleW], t[roleY]
	switch {
	case x.Rank() < 3 || x.Rank() > 5 || w.Rank() != x.Rank() || y.Rank() != x.Rank():
		return fmt.Errorf("want images and filters with one to three spatial dimensions")
	case x.Dim(0) != y.Dim(0):
		return fmt.Errorf("want as many images, not %d and %d", x.Dim(0), y.Dim(0))
	case o.Groups < 1 || w.Dim(1)*o.Groups != x.Dim(1) || w.Dim(0) != y.Dim(1) || w.Dim(0)%o.Groups != 0:
		return fmt.Errorf("%d channels to %d in %d groups do not fit filters %v", x.Dim(1), y.Dim(1), o.Groups, w)
	}
	for k := range 3 { // what is not used is as if it were not there
		s, d, p := o.Stride[k], o.Dilation[k], o.Pad[k]
		if k < 5-x.Rank() && (s != 1 || d != 1 || p != 0) || min(s, d) < 1 || p < 0 || max(s, d, p) > farthest {
			return fmt.Errorf("strides %v, dilations %v and pads %v do not fit images %v", o.Stride, o.Dilation, o.Pad, x)
		}
	}
	return nil
}

// farthest bounds strides, dilations and pads, so that places can be computed.
const farthest = 1 << 20

func (o convolution) Name() string { return [...]string{"convdata", "convfilter", "conv"}[o.Out] }

func (o convolution) Infer(in []graph.Type) ([]graph.Type, error) {
	if !in[0].Dtype.Float() {
		return nil, wantFloat(in[0])
	}
	if in[0].Dtype != in[1].Dtype {
		return nil, fmt.Errorf("dtypes %v and %v differ; ops.Cast converts", in[0].Dtype, in[1].Dtype)
	}
	return []graph.Type{{Dtype: in[0].Dtype, Shape: o.To}}, o.check(o.shapes(in))
}

// shapes are those of x, w and y.
func (o convolution) shapes(in []graph.Type) (t [3]graph.Shape) {
	t[o.Out] = o.To
	for i, r := range o.Out.others() {
		t[r] = in[i].Shape
	}
	return t
}

// form is the trilinear form as the kernel takes it.
func (o convolution) form(t [3]graph.Shape) conv.Shape {
	s := conv.Shape{
		N: t[roleX].Dim(0), C: t[roleX].Dim(1), K: t[roleY].Dim(1), Groups: o.Groups, Stride: o.Stride, Dilation: o.Dilation, Pad: o.Pad,
		In: [3]int{1, 1, 1}, Filter: [3]int{1, 1, 1}, Out: [3]int{1, 1, 1},
	}
	d := t[roleX].Rank() - 2
	for i := range d {
		k := 3 - d + i
		s.In[k], s.Filter[k], s.Out[k] = t[roleX].Dim(2+i), t[roleW].Dim(2+i), t[roleY].Dim(2+i)
	}
	return s
}

func (o convolution) Work(in, _ []graph.Type) graph.Work {
	size := in[0].Dtype.Size()
	w := o.form(o.shapes(in)).Work(conv.Role(o.Out), size)
	return graph.Work{Phases: w.Phases, Scratch: size * w.Scratch, Local: size * w.Local}
}

func (o convolution) Eval(c *graph.Call) error { return o.run(c, false) }

// run takes a bias from a third operand.
func (o convolution) run(c *graph.Call, relu bool) error {
	if c.Out[0].Len() == 0 {
		return nil
	}
	if c.Out[0].Type.Dtype == graph.Float32 {
		convolve[float32](o, c, relu)
	} else {
		convolve[float64](o, c, relu)
	}
	return nil
}

func convolve[T graph.Floating](o convolution, c *graph.Call, relu bool) {
	var data [3][]T
	var shapes [3]graph.Shape
	data[o.Out], shapes[o.Out] = graph.Data[T](c.Out[0]), o.To
	for i, r := range o.Out.others() {
		data[r], shapes[r] = graph.Data[T](c.In[i]), c.In[i].Type.Shape
	}
	conv.Run(o.form(shapes), conv.Role(o.Out), c.Phase, c.Task, data[roleX], data[roleW], data[roleY], biasOf[T](c), relu,
		elements[T](c.Scratch), elements[T](c.Local))
}
