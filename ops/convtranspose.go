package ops

import (
	"fmt"

	"github.com/kedja-ml/kedja/graph"
)

// ConvTranspose is the transpose of Conv, run forward: it maps what Conv returns to what it took (Zeiler et al., 2010). Each
// spatial size becomes
//
//	(size − 1)·stride − pad − padAfter + (window − 1)·dilation + 1 + outputPad        or, if Same, size·stride
//
//	y [N, K, spatial…]    w [K, C/Groups, window…]    x [N, C, spatial…]
//
// outputPad, a list as those of a, picks among the sizes that Conv maps to one; it must be smaller than the stride or the dilation.
func ConvTranspose(y, w *graph.Node, a Convolution, outputPad ...int) *graph.Node {
	if !y.Valid() || !w.Valid() {
		return graph.Apply(convolution{}, w, y)
	}
	o, err := a.backward(y.Shape(), w.Shape(), outputPad)
	if err != nil {
		return y.Graph().Failf("convtranspose: %s %v · %s %v: %w", y.Called(), y.Shape(), w.Called(), w.Shape(), err)
	}
	return graph.Apply(o, w, y)
}

// backward is the op that produces x.
func (a Convolution) backward(y, w graph.Shape, outputPad []int) (convolution, error) {
	o, after, err := a.op(roleX, y, w)
	if err != nil {
		return o, err
	}
	d := y.Rank() - 2
	more, err := spatial(outputPad, d, 0, "output padding")
	if err == nil && a.Same && outputPad != nil {
		err = fmt.Errorf("want either Same or an output padding, not both")
	}
	if err != nil {
		return o, err
	}
	x := []int{y.Dim(0), w.Dim(1) * o.Groups}
	for i := range d {
		k, n := 3-d+i, y.Dim(2+i)
		if more[k] >= max(o.Stride[k], o.Dilation[k]) {
			return o, fmt.Errorf("output padding %d is not smaller than stride %d or dilation %d", more[k], o.Stride[k], o.Dilation[k])
		}
		reach := (w.Dim(2+i)-1)*o.Dilation[k] + 1
		in := (n-1)*o.Stride[k] - o.Pad[k] - after[k] + reach + more[k]
		if a.Same {
			in = n * o.Stride[k]
			o.Pad[k], _ = same(in, reach, o.Stride[k])
		} else if in < 0 {
			return o, fmt.Errorf("a filter of size %d and padding leave nothing of size %d", w.Dim(2+i), n)
		}
		x = append(x, in)
	}
	o.To = graph.Of(x...)
	return o, o.check([3]graph.Shape{o.To, w, y})
}
